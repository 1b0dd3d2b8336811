using System.Text.RegularExpressions;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Reads the output of the programs (docs/research/tidb.md#pump-and-drainer).</summary>
internal static partial class ToolOutput
{
    private const int QuotedCharacters = 200;

    /// <summary>The version in the output of <c>-V</c>, plain (3.0.9); null if there is none.</summary>
    public static string? Version(string output)
    {
        var match = Release().Match(output);
        return match.Success ? TiDbVersion.Plain(match.Groups["version"].Value) : null;
    }

    public static string? GitHash(string output)
    {
        var match = Hash().Match(output);
        return match.Success ? match.Groups["hash"].Value : null;
    }

    /// <summary>Asks a program for its version.</summary>
    /// <exception cref="HostException">It could not be run.</exception>
    public static async Task<ProgramVersion> AskAsync(IHostFiles host, string path, CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(new RemoteCommand(path, PreparePackage.Ask), cancellationToken);
        var output = result.Output + "\n" + result.Errors;
        return new ProgramVersion(Version(output), GitHash(output), Excerpt(result.Output + result.Errors));
    }

    /// <summary>Whether the output of a configuration check says so; the exit code alone is not relied upon
    /// (docs/research/tidb.md#tikv).</summary>
    public static bool ChecksConfiguration(string output) =>
        output.Contains("config check successful", StringComparison.OrdinalIgnoreCase);

    public static string Excerpt(string text)
    {
        var line = ForeignText.Words(text, QuotedCharacters);
        return line.Length == 0 ? "(empty)" : line;
    }

    [GeneratedRegex(
        @"Release Version:\s*(?<version>v?\d[^\s]*)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Release();

    [GeneratedRegex(
        @"Git Commit Hash:\s*(?<hash>[0-9a-f]{7,40})",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Hash();
}

/// <summary>What a program prints about itself with <c>-V</c>.</summary>
/// <param name="Version">Its version, plain; null if it prints none.</param>
/// <param name="GitHash">The commit that it was built from; null if it prints none.</param>
/// <param name="Output">The beginning of its output.</param>
internal sealed record ProgramVersion(string? Version, string? GitHash, string Output)
{
    public override string ToString() => Version ?? Output;
}
