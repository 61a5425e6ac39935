# An ErrorRecord for what the module itself finds wrong.
function New-PcaiErrorRecord {
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '',
        Justification = 'It only makes an object.')]
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ErrorRecord])]
    param(
        [Parameter(Mandatory = $true)]
        [string] $Message,

        [Parameter(Mandatory = $true)]
        [string] $ErrorId,

        [System.Management.Automation.ErrorCategory] $Category = 'NotSpecified',

        [object] $TargetObject
    )

    $exception = New-Object System.InvalidOperationException $Message
    New-Object System.Management.Automation.ErrorRecord ($exception, $ErrorId, $Category, $TargetObject)
}
