@echo off
rem The command of the packages for Windows: starts the Java that lies beside it.
setlocal
set home=%~dp0..
set cache=
if exist "%home%\app\lockstep.aot" set cache="-XX:AOTCache=%home%\app\lockstep.aot"
"%home%\runtime\bin\java.exe" "@%home%\app\java.options" %cache% -cp "%home%\app\lockstep.jar" dev.lockstep.cli.Main %*
