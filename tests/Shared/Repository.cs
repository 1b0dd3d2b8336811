using System.Runtime.CompilerServices;

namespace Drydock.Tests;

/// <summary>Paths of files of this checkout; compiled into every test project.</summary>
internal static class Repository
{
    /// <summary>
    /// The folder of Operator.sln: above the built tests, or above the source of this file if the artifacts are outside
    /// of the checkout.
    /// </summary>
    public static string Root { get; } = Above(AppContext.BaseDirectory) ?? Above(Path.GetDirectoryName(SourcePath())!)
        ?? throw new InvalidOperationException(
            $"Operator.sln is neither above '{AppContext.BaseDirectory}' nor above '{SourcePath()}'.");

    /// <summary>The operator, built next to the tests.</summary>
    public static string OperatorAssembly { get; } = Path.Combine(AppContext.BaseDirectory, "Drydock.Operator.dll");

    /// <summary>The path of a file or folder, given by the names below <see cref="Root"/>.</summary>
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
