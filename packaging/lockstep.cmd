@echo off
rem The command of the packages for Windows: starts the Java that lies beside it, and prepares fast starts once (see packaging/launcher).
setlocal
set "home=%~dp0.."
set "prepared=%home%\app\lockstep.aot"
set "command=-cp "%home%\app\lockstep.jar" dev.lockstep.cli.Main"
if not exist "%prepared%" (type nul >"%prepared%.new") 2>nul && (
    echo lockstep: preparing fast starts, this once 1>&2
    "%home%\runtime\bin\java.exe" "@%home%\app\java.options" %command% warm-up >nul 2>&1 <nul
    "%home%\runtime\bin\java.exe" "@%home%\app\java.options" "@%home%\app\prepare.options" "-XX:AOTCacheOutput=%prepared%.new" %command% warm-up >nul 2>&1 <nul
    move /y "%prepared%.new" "%prepared%" >nul 2>&1
)
set cache=
for %%f in ("%prepared%") do if exist %%f if %%~zf gtr 0 set cache="-XX:AOTCache=%prepared%"
"%home%\runtime\bin\java.exe" "@%home%\app\java.options" %cache% %command% %*
