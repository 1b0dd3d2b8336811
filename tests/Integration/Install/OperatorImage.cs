using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Drydock.Lab;

namespace Drydock.Tests.Integration.Install;

/// <summary>
/// Makes the operator's image as the Dockerfile says, where no base image can be pulled: on a Debian base of
/// debootstrap's.
/// </summary>
internal static class OperatorImage
{
    /// <summary>Its name.</summary>
    public const string Name = "drydock-operator:test";

    /// <summary>Publishes the operator, makes the image and imports it into a Docker host.</summary>
    public static async Task ImportAsync(LabRun run, DockerHost host, CancellationToken cancellationToken)
    {
        var recipe = Dockerfile.Read(Repository.PathOf("Dockerfile"));
        var published = PublishAsync(cancellationToken);
        var root = Path.Combine(run.FolderFor("image"), "root.tar");
        File.Copy(await RootAsync(run, recipe, cancellationToken), root, overwrite: true);
        foreach (var (source, destination) in recipe.Copy)
        {
            var folder = source.TrimEnd('/') == "artifacts/image" ? await published : Repository.PathOf(source);
            await Shell.RunAsync(
                "tar",
                ["--append", "-f", root, "-C", folder, "--owner=0", "--group=0", "--numeric-owner", $"--transform=s,^\\.,.{destination.TrimEnd('/')},", "."],
                cancellationToken: cancellationToken);
        }

        await host.DockerAsync(["import", .. recipe.Configuration.SelectMany(c => new[] { "--change", c }), root, Name], cancellationToken: cancellationToken);
        File.Delete(root);
    }

    private static async Task<string> RootAsync(LabRun run, Dockerfile recipe, CancellationToken cancellationToken)
    {
        const string Debian = "debian:", Slim = "-slim";
        var suite = recipe.From.StartsWith(Debian, StringComparison.Ordinal) && recipe.From.EndsWith(Slim, StringComparison.Ordinal)
            ? recipe.From[Debian.Length..^Slim.Length]
            : throw new InvalidDataException($"FROM {recipe.From}: only {Debian}SUITE{Slim} can be had without a registry.");
        var script = Path.Combine(run.FolderFor("image"), "run.sh");
        await File.WriteAllTextAsync(script, string.Join('\n', recipe.Run) + "\n", cancellationToken);
        var output = await Shell.RunAsync("bash", [Repository.PathOf("tests", "Integration", "Install", "rootfs.sh"), suite, script], cancellationToken: cancellationToken);
        return output.Trim()["rootfs=".Length..];
    }

    // As docs/install.md says, with the intermediate files kept for the next time.
    private static async Task<string> PublishAsync(CancellationToken cancellationToken)
    {
        var checkout = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Repository.Root)))[..8];
        var artifacts = Path.Combine(Recipes.CacheFolder, $"publish-{checkout}");
        var output = Path.Combine(artifacts, "image");
        await Shell.RunAsync(
            "dotnet",
            [
                "publish", Repository.PathOf("src", "Operator"), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "-o", output,
                "-p:NuGetLockFilePath=obj/publish.lock.json", "-p:RestoreLockedMode=false", "-p:RunAnalyzers=false", $"-p:ArtifactsPath={artifacts}",
                "-maxcpucount:1", "-nodeReuse:false", "-nologo", "-v", "quiet",
            ],
            environment: new Dictionary<string, string?>(StringComparer.Ordinal) { ["MSBUILDDISABLENODEREUSE"] = "1", ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0" },
            cancellationToken: cancellationToken);
        return output;
    }
}
