using Drydock.Cli.CommandLine;

namespace Drydock.Cli.Uploads;

/// <summary>
/// Where the operator looks for the files of a directory storage: below a root every namespace has its own folder,
/// unless the operator runs with <c>--storage-shared</c>. Pure.
/// </summary>
internal static class StoragePlace
{
    private const string RootFlag = "--storage-root";
    private const string SharedFlag = "--storage-shared";

    /// <summary>The real path of a directory.</summary>
    /// <param name="arguments">The command line of the operator.</param>
    /// <param name="directory">As in a manifest: <c>storage.directory.path</c>.</param>
    /// <param name="space">The namespace of the manifest.</param>
    /// <exception cref="CliException">The directory is not in a root.</exception>
    public static string RealPath(IReadOnlyList<string> arguments, string directory, string space)
    {
        var roots = Roots(arguments).ToList();
        var wanted = directory.TrimEnd('/');
        var root = roots.Find(r => wanted == r || wanted.StartsWith(r + "/", StringComparison.Ordinal));
        if (root is null || wanted.Split('/').Contains(".."))
        {
            throw CliException.Refused(roots.Count == 0
                ? "The operator has no storage root: it was installed for S3 alone. Put the file into a bucket instead."
                : $"{directory} is not in a storage root of the operator. Its roots: {string.Join(", ", roots)}. "
                    + "Choose one with --directory.");
        }

        return IsShared(arguments) ? wanted : $"{root}/{space}{wanted[root.Length..]}";
    }

    private static IEnumerable<string> Roots(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            if (arguments[i].StartsWith($"{RootFlag}=", StringComparison.Ordinal))
            {
                yield return arguments[i][(RootFlag.Length + 1)..].TrimEnd('/');
            }
            else if (arguments[i] == RootFlag && i + 1 < arguments.Count)
            {
                yield return arguments[i + 1].TrimEnd('/');
            }
        }
    }

    private static bool IsShared(IReadOnlyList<string> arguments) =>
        arguments.Any(a => a is SharedFlag or $"{SharedFlag}=true");
}
