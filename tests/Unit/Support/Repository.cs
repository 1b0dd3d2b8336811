using System.Runtime.CompilerServices;

namespace Drydock.Tests.Unit.Support;

/// <summary>Files of the repository that tests compare with.</summary>
internal static class Repository
{
    /// <summary>
    /// The folder that holds Operator.sln, above the built tests or, where those are built elsewhere, above their
    /// source.
    /// </summary>
    public static string Root { get; } = Above(AppContext.BaseDirectory) ?? Above(Path.GetDirectoryName(SourcePath())!)
        ?? throw new InvalidOperationException("Operator.sln is neither above the built tests nor above their source.");

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string? Above(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Operator.sln")))
            {
                return at.FullName;
            }
        }

        return null;
    }

    private static string SourcePath([CallerFilePath] string path = "") => path;
}
