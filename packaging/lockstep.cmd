@echo off
rem The command of the packages for Windows: starts the Java that lies beside it.
setlocal
set home=%~dp0..
"%home%\runtime\bin\java.exe" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xlog:disable -cp "%home%\app\lockstep.jar" dev.lockstep.cli.Main %*
