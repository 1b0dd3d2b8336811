namespace Drydock.Lab.Hosts;

/// <summary>The result of a script that was run inside a host.</summary>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record LabHostResult(int ExitCode, string Output, string Error)
{
    /// <summary>Standard output without the last line feed.</summary>
    /// <exception cref="LabException">The exit code is not 0.</exception>
    public string OrThrow() => ExitCode == 0
        ? Output.TrimEnd('\n')
        : throw new LabException(
            $"A script inside a lab host ended with code {ExitCode}: {(Error.Length > 0 ? Error : Output).Trim()}");
}
