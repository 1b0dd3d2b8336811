using System.Formats.Tar;
using System.IO.Compression;

namespace Drydock.Tests.Integration.Install;

/// <summary>The image as a file; <see cref="InstalledOperatorTests"/> runs it.</summary>
[Trait(SampleTrait.Name, SampleTrait.All)]
public sealed class ImageTests(LabFixture lab)
{
    private const int MostBytes = 130_000_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("amd64", 0x3e)]
    [InlineData("arm64", 0xb7)]
    public async Task Image_of_an_architecture_has_its_machine_code_only_and_fits(string arch, int machine)
    {
        var image = await ReadAsync(await OperatorImage.BuildAsync(await lab.RunAsync(), arch, null, Token));

        image.Config["architecture"]!.GetValue<string>().ShouldBe(arch);
        image.Config["config"]!["User"]!.GetValue<string>().ShouldBe("65532:65532");
        image.Config["config"]!["Labels"]!.AsObject().Select(l => l.Key.Split('.')[^1]).ShouldBeSubsetOf(
            ["title", "description", "version", "revision", "created", "licenses", "documentation"]);
        image.CompressedBytes.ShouldBeLessThan(MostBytes);
        TestContext.Current.SendDiagnosticMessage($"{arch}: {image.CompressedBytes} bytes compressed");
        var machines = image.Files.Values.Where(f => f.Length > 20 && f.AsSpan(0, 4).SequenceEqual("\u007fELF"u8))
            .Select(f => (int)BitConverter.ToUInt16(f, 18)).ToList();
        machines.Count.ShouldBeGreaterThan(100);
        machines.ShouldAllBe(m => m == machine);
        foreach (var program
            in new[] { "mariadb", "mariadb-dump", "mydumper", "age", "ssh", "ssh-keygen", "setpriv", "dash" })
        {
            image.Files.Keys.ShouldContain($"usr/bin/{program}");
        }

        image.Modes.ShouldAllBe(
            entry => (entry.Value & (UnixFileMode.SetUser | UnixFileMode.SetGroup)) == UnixFileMode.None);
        image.Files.Keys.ShouldAllBe(name => !name.Contains("perl", StringComparison.OrdinalIgnoreCase)
            || name.Contains("/licenses/", StringComparison.Ordinal)
            || name.Contains("/doc/", StringComparison.Ordinal));
        VerifyBill(JsonNode.Parse(image.Files["usr/share/drydock/sbom.cdx.json"])!, arch, image);
    }

    [Fact]
    public async Task Two_builds_give_the_same_bytes()
    {
        var run = await lab.RunAsync();

        var first = await OperatorImage.BuildAsync(run, OperatorImage.OwnArchitecture, null, Token);
        var second = await OperatorImage.BuildAsync(
            run, OperatorImage.OwnArchitecture,
            await OperatorImage.RemakeRootAsync(run, OperatorImage.OwnArchitecture, Token), Token);

        (await HashAsync(second)).ShouldBe(await HashAsync(first));
    }

    [Fact]
    public async Task Registry_takes_the_file_from_skopeo()
    {
        var run = await lab.RunAsync();
        await using var registry = await LabRegistry.StartAsync(run, "registry-image", Token);
        var file = await OperatorImage.BuildAsync(run, OperatorImage.OwnArchitecture, null, Token);
        var login = Path.Combine(run.FolderFor("skopeo"), "auth.json");
        await File.WriteAllTextAsync(login, registry.DockerConfigJson, Token);
        var target = $"docker://{registry.Address}/drydock-operator:0.1.0";

        await Shell.RunAsync(
            "skopeo",
            ["copy", "--all", "--dest-authfile", login, "--dest-tls-verify=false", $"oci-archive:{file}", target],
            cancellationToken: Token);

        var index = JsonNode.Parse(await Shell.RunAsync(
            "skopeo", ["inspect", "--raw", "--authfile", login, "--tls-verify=false", target],
            cancellationToken: Token))!;
        index["manifests"]!.AsArray().ShouldHaveSingleItem()!["platform"]!["architecture"]!.GetValue<string>()
            .ShouldBe(OperatorImage.OwnArchitecture);
    }

    private static void VerifyBill(JsonNode bill, string arch, ImageFile image)
    {
        bill["bomFormat"]!.GetValue<string>().ShouldBe("CycloneDX");
        var components = bill["components"]!.AsArray().Select(c => c!).ToList();
        components.Select(c => c["bom-ref"]!.GetValue<string>()).ShouldBeUnique();
        var debian = components.Where(c => c["purl"]!.GetValue<string>().StartsWith(
            "pkg:deb/", StringComparison.Ordinal)).Select(c => c["name"]!.GetValue<string>()).ToList();
        debian.ShouldBe(
            File.ReadLines(Repository.PathOf("image", "packages.txt")).Where(
                l => l.Contains(':', StringComparison.Ordinal) && !l.StartsWith('#')).Select(l => l.Split(':')[0]),
            ignoreOrder: true);
        debian.ShouldAllBe(name => image.Files.ContainsKey($"var/lib/dpkg/status.d/{name}"));
        var locked = JsonNode.Parse(
            File.ReadAllText(Repository.PathOf("src", "Operator", "packages.lock.json")))!["dependencies"]!.AsObject()
            .SelectMany(framework => framework.Value!.AsObject())
            .Where(p => p.Value!["contentHash"] is not null)
            .ToDictionary(
                p => p.Key,
                p => (Version: p.Value!["resolved"]!.GetValue<string>(), Hash: Convert.ToHexStringLower(
                    Convert.FromBase64String(p.Value!["contentHash"]!.GetValue<string>()))),
                StringComparer.OrdinalIgnoreCase);
        var packages = components.Where(
            c => c["purl"]!.GetValue<string>().StartsWith("pkg:nuget/", StringComparison.Ordinal)).ToList();
        packages.ShouldContain(c => c["name"]!.GetValue<string>().StartsWith(
            "Microsoft.NETCore.App.Runtime.linux-", StringComparison.Ordinal));
        foreach (var package in packages.Where(
            c => !c["name"]!.GetValue<string>().Contains(".Runtime.linux-", StringComparison.Ordinal)))
        {
            var expected = locked[package["name"]!.GetValue<string>()];
            package["version"]!.GetValue<string>().ShouldBe(expected.Version);
            package["hashes"]![0]!["content"]!.GetValue<string>()
                .ShouldBe(expected.Hash, package["name"]!.GetValue<string>());
        }

        components.Count(c => c["purl"]!.GetValue<string>().Contains($"arch={arch}", StringComparison.Ordinal))
            .ShouldBeGreaterThan(20);
    }

    private static async Task<string> HashAsync(string file)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, Token));
    }

    // Reads the layers of the only image of an archive, and checks every digest on the way.
    private static async Task<ImageFile> ReadAsync(string file)
    {
        var blobs = (await EntriesAsync(File.OpenRead(file))).Files;
        var index = JsonNode.Parse(blobs["index.json"])!;
        var nested = Blob(index["manifests"]![0]!);
        var manifest = Blob(nested["manifests"]!.AsArray().ShouldHaveSingleItem()!);
        var result = new ImageFile(
            Blob(manifest["config"]!), manifest["layers"]!.AsArray().Sum(l => l!["size"]!.GetValue<long>()), [], []);
        foreach (var layer in manifest["layers"]!.AsArray())
        {
            var (files, modes) = await EntriesAsync(
                new GZipStream(new MemoryStream(Bytes(layer!)), CompressionMode.Decompress));
            foreach (var (name, content) in files)
            {
                result.Files[name] = content;
                result.Modes[name] = modes[name];
            }
        }

        return result;

        JsonNode Blob(JsonNode descriptor) => JsonNode.Parse(Encoding.UTF8.GetString(Bytes(descriptor)))!;

        byte[] Bytes(JsonNode descriptor)
        {
            var digest = descriptor["digest"]!.GetValue<string>()["sha256:".Length..];
            var bytes = blobs[$"blobs/sha256/{digest}"];
            Convert.ToHexStringLower(SHA256.HashData(bytes)).ShouldBe(digest);
            return bytes;
        }
    }

    private static async Task<(Dictionary<string, byte[]> Files, Dictionary<string, UnixFileMode> Modes)> EntriesAsync(
        Stream source)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var modes = new Dictionary<string, UnixFileMode>(StringComparer.Ordinal);
        await using (source)
        {
            await using var reader = new TarReader(source);
            while (await reader.GetNextEntryAsync(cancellationToken: Token) is { } entry)
            {
                if (entry.DataStream is null
                    || entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                {
                    continue;
                }

                var content = new MemoryStream();
                await entry.DataStream.CopyToAsync(content, Token);
                var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
                files[name] = content.ToArray();
                modes[name] = entry.Mode;
            }
        }

        return (files, modes);
    }

    private sealed record ImageFile(
        JsonNode Config, long CompressedBytes, Dictionary<string, byte[]> Files,
        Dictionary<string, UnixFileMode> Modes);
}
