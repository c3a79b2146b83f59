@echo off
wpeinit
cscript.exe //nologo //E:JScript %SystemRoot%\System32\slipway.js
if errorlevel 1 cmd.exe /k echo Slipway: stopped, see above
