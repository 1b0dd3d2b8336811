using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Drydock.Tests.Integration.Install;

/// <summary>
/// The operator's image, made by the scripts in <c>image</c>. The files from Debian packages are kept in the lab's
/// cache, and each architecture is published once in a process.
/// </summary>
internal static class OperatorImage
{
    /// <summary>Its name.</summary>
    public const string Name = "drydock-operator:test";

    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Published = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Roots = new(StringComparer.Ordinal);

    // Anything but the time of a commit, so that the cache outlives it.
    private static readonly Dictionary<string, string?> Environment = new(StringComparer.Ordinal)
    {
        ["SOURCE_DATE_EPOCH"] = "1700000000",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
    };

    /// <summary>The architecture of this machine, as Debian calls it.</summary>
    public static string OwnArchitecture =>
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "amd64";

    /// <summary>Makes the image of this machine's architecture and loads it into a Docker host.</summary>
    public static async Task ImportAsync(LabRun run, DockerHost host, CancellationToken cancellationToken)
    {
        var file = await BuildAsync(run, OwnArchitecture, null, cancellationToken);
        await host.DockerAsync(["load", "--input", file], cancellationToken: cancellationToken);
        File.Delete(file);
    }

    /// <summary>Makes the image of an architecture as a file.</summary>
    /// <param name="run">The lab.</param>
    /// <param name="arch">Its architecture.</param>
    /// <param name="root">The files from packages; null for those in the cache.</param>
    public static async Task<string> BuildAsync(
        LabRun run, string arch, string? root, CancellationToken cancellationToken)
    {
        var file = Path.Combine(run.FolderFor("image"), $"{LabFixture.UniqueName(arch)}.tar");
        await Shell.RunAsync(
            "bash",
            [
                Repository.PathOf("image", "build.sh"), "--arch", arch, "--name", Name, "--output", file, "--root",
                root ?? await RootAsync(arch),
                "--published", await PublishedAsync(arch),
            ],
            environment: Environment,
            cancellationToken: cancellationToken);
        return file;
    }

    /// <summary>Makes the files from packages again, from the packages that are in the cache.</summary>
    public static async Task<string> RemakeRootAsync(LabRun run, string arch, CancellationToken cancellationToken)
    {
        var cached = await RootAsync(arch);
        var file = Path.Combine(run.FolderFor("image"), $"{LabFixture.UniqueName("root")}.tar");
        await Shell.RunAsync(
            "bash", [Repository.PathOf("image", "root.sh"), arch, file, DebsOf(cached)], environment: Environment,
            cancellationToken: cancellationToken);
        return file;
    }

    /// <summary>The folder of the published operator.</summary>
    public static Task<string> PublishedAsync(string arch) =>
        Published.GetOrAdd(arch, key => new(() => PublishAsync(key))).Value;

    private static Task<string> RootAsync(string arch) =>
        Roots.GetOrAdd(arch, key => new(() => MakeRootAsync(key))).Value;

    private static string DebsOf(string root) => Path.ChangeExtension(root, ".debs");

    private static async Task<string> MakeRootAsync(string arch)
    {
        var recipe = string.Concat(new[] { "root.sh", "lib.sh", "packages.txt" }.Select(
            file => File.ReadAllText(Repository.PathOf("image", file))));
        var cached = Path.Combine(Recipes.CacheFolder, $"image-root-{arch}-{Hash(recipe, 12)}.tar");
        if (!File.Exists(cached))
        {
            var work = $"{cached}.{System.Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}";
            await Shell.RunAsync(
                "bash", [Repository.PathOf("image", "root.sh"), arch, work, work + ".debs"], environment: Environment);
            if (!Directory.Exists(DebsOf(cached)))
            {
                Directory.Move(work + ".debs", DebsOf(cached));
            }

            File.Move(work, cached, overwrite: true);
        }

        return cached;
    }

    // The intermediate files are kept for the next time.
    private static async Task<string> PublishAsync(string arch)
    {
        var artifacts = Path.Combine(Recipes.CacheFolder, $"publish-{Hash(Repository.Root, 8)}-{arch}");
        var output = Path.Combine(artifacts, "image");
        await Shell.RunAsync(
            "bash",
            [
                Repository.PathOf("image", "publish.sh"), arch, output, "-p:RunAnalyzers=false",
                $"-p:ArtifactsPath={artifacts}", "-maxcpucount:1", "-nodeReuse:false",
            ],
            environment: Environment);
        return output;
    }

    private static string Hash(string text, int length) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..length];
}
