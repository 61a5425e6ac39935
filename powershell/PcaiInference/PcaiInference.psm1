# The module: compiles the native layer once a session, then defines one function a file.
Set-StrictMode -Version 2.0

$script:ModuleFolder = $PSScriptRoot
$script:ModuleVersion = '0.1.0'
$script:Engine = $null     # PcaiInference.Engine, from Initialize- until Close-PcaiInference
$script:Model = $null      # PcaiInference.Model, the one that answers
$script:ModelKey = $null   # what it was loaded from
$script:PollTime = 100     # milliseconds that a native call may hold the thread, so that Ctrl+C acts

foreach ($folder in 'Private', 'Public') {
    foreach ($file in Get-ChildItem -LiteralPath (Join-Path $PSScriptRoot $folder) -Filter '*.ps1') {
        . $file.FullName
    }
}

Import-PcaiNativeLayer -ModuleFolder $PSScriptRoot

$ExecutionContext.SessionState.Module.OnRemove = { Close-PcaiInference }
