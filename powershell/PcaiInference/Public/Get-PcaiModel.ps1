function Get-PcaiModel {
    <#
    .SYNOPSIS
    Finds the models on this machine.

    .DESCRIPTION
    Lists GGUF files in the stores of Ollama, LM Studio, the Hugging Face cache and pcai itself, and
    below the given folders. Changes nothing. Files that cannot be used are listed with their problem.
    Works without Initialize-PcaiInference.

    .PARAMETER Name
    Only models whose id matches one of these; wildcards are allowed.

    .PARAMETER Path
    More folders to search.

    .PARAMETER Loaded
    Only the model that Import-PcaiModel loaded, with its state.

    .EXAMPLE
    Get-PcaiModel

    Shows all models that were found.

    .EXAMPLE
    Get-PcaiModel -Name '*instruct*' -Path D:\models | Where-Object { -not $_.Problem }

    Finds usable models, also in another folder.

    .EXAMPLE
    Get-PcaiModel -Loaded | Format-List *

    Shows all properties of the loaded model.

    .INPUTS
    None.

    .OUTPUTS
    PcaiInference.ModelInfo

    .LINK
    Import-PcaiModel
    #>
    [CmdletBinding(DefaultParameterSetName = 'Found')]
    [OutputType('PcaiInference.ModelInfo')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Found')]
        [SupportsWildcards()]
        [string[]] $Name = '*',

        [Parameter(ParameterSetName = 'Found')]
        [string[]] $Path,

        [Parameter(Mandatory = $true, ParameterSetName = 'Loaded')]
        [switch] $Loaded
    )

    process {
        try {
            if ($Loaded) {
                if ($null -ne $script:Model) { $script:Model.GetInfo() }
                return
            }
            [PcaiInference.Library]::Open($script:ModuleFolder)
            $folders = @(foreach ($folder in $Path) { $PSCmdlet.GetUnresolvedProviderPathFromPSPath($folder) })
            foreach ($info in [PcaiInference.ModelInfo]::Discover([string[]]$folders)) {
                foreach ($pattern in $Name) {
                    if ($info.Id -like $pattern) {
                        $info
                        break
                    }
                }
            }
        }
        catch [System.Management.Automation.PipelineStoppedException] {
            throw
        }
        catch {
            $PSCmdlet.ThrowTerminatingError((ConvertTo-PcaiErrorRecord -ErrorRecord $_ -TargetObject $Path))
        }
    }
}
