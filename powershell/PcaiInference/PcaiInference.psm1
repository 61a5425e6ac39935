# The module: compiles the native layer once a session, then defines one function a file.
Set-StrictMode -Version 2.0

$script:ModuleFolder = $PSScriptRoot
$script:ModuleVersion = '0.1.0'
$script:Engine = $null     # PcaiInference.Engine, from Initialize- until Close-PcaiInference
$script:Model = $null      # PcaiInference.Model, the one that answers
$script:ModelKey = $null   # what it was loaded from
$script:PollTime = 100     # milliseconds that a native call may hold the thread, so that Ctrl+C acts

$privateFiles = Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot 'Private') -Filter '*.ps1'
foreach ($file in $privateFiles) { . $file.FullName }

Import-PcaiNativeLayer -ModuleFolder $PSScriptRoot # before the functions that name its types

$publicFiles = Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot 'Public') -Filter '*.ps1'
foreach ($file in $publicFiles) { . $file.FullName }

$ExecutionContext.SessionState.Module.OnRemove = { Close-PcaiInference }
