# Compiles Native/*.cs, or takes PcaiInference.Native.dll beside the module where somebody compiled
# them ahead of time. Types cannot leave a session, so importing the module again compiles nothing.
function Import-PcaiNativeLayer {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)]
        [string] $ModuleFolder
    )

    $loaded = 'PcaiInference.Library' -as [type]
    if ($null -eq $loaded) {
        $compiled = Join-Path $ModuleFolder 'PcaiInference.Native.dll'
        if (Test-Path -LiteralPath $compiled) {
            Add-Type -Path $compiled
        }
        else {
            $sources = Get-ChildItem -LiteralPath (Join-Path $ModuleFolder 'Native') -Filter '*.cs'
            Add-Type -Path @($sources | ForEach-Object { $_.FullName }) -IgnoreWarnings
        }
        $loaded = 'PcaiInference.Library' -as [type]
    }
    $version = $loaded.GetField('LayerVersion').GetValue($null)
    if ($version -ne $script:ModuleVersion) {
        throw "This session already holds the native layer of version $version of PcaiInference. " +
            'Start a new PowerShell session to use another version.'
    }
}
