using System.Formats.Tar;
using System.IO.Compression;
using System.Text.RegularExpressions;

namespace Drydock.Tests.Integration.Install;

/// <summary>A folder that config/release.sh made, and what holds for every such folder.</summary>
internal sealed partial class ReleaseFolder(string path, string registry, string repo)
{
    /// <summary>Archives of the plugin: system and architecture.</summary>
    private static readonly string[] Systems =
        ["darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64", "windows-amd64", "windows-arm64"];

    /// <summary>The version in the names of its files.</summary>
    public static string Version { get; } = VersionPattern()
        .Match(File.ReadAllText(Repository.PathOf("Directory.Build.props"))).Groups[1].Value;

    /// <summary>The image as manifests name it, with its digest.</summary>
    public string Image => File.ReadAllText(PathOf("image.txt")).Trim();

    /// <summary>The path of a file in the folder.</summary>
    public string PathOf(string name) => Path.Combine(path, name);

    /// <summary>Everything that is the same for a release of any registry and repository.</summary>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        await VerifySumsAsync(cancellationToken);
        await VerifyImageAsync(cancellationToken);
        await VerifyChartAsync(cancellationToken);
        VerifyManifests();
        VerifyKrew();
        VerifyBundle();
        File.ReadAllText(PathOf("notes.md")).ShouldContain("### Added");
        RelativeLink().Matches(File.ReadAllText(PathOf("notes.md")))
            .ShouldBeEmpty("a release has no files beside its notes");
        var texts = Texts().ToList();
        texts.Count.ShouldBeGreaterThan(50);
        foreach (var (name, text) in texts)
        {
            VerifyText(name, text);
        }
    }

    private async Task VerifySumsAsync(CancellationToken cancellationToken)
    {
        var sums = (await File.ReadAllLinesAsync(PathOf("SHA256SUMS"), cancellationToken))
            .Select(line => line.Split("  ")).ToDictionary(part => part[1], part => part[0], StringComparer.Ordinal);
        var files = Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file))
            .Where(file => file != "SHA256SUMS").ToList();
        files.ShouldBe(
            [
                $"drydock-{Version}.tgz", $"drydock-bundle-{Version}.tar.gz", "drydock-krew.yaml",
                $"drydock-operator-{Version}.tar", "image.txt", "install.yaml",
                "install-namespaced.yaml", "install-s3-only.yaml", "notes.md", "prometheus-rules.yaml", "storage.yaml",
                .. Systems.Select(system => $"kubectl-drydock-{Version}-{system}.tar.gz"),
                .. Architectures().Select(arch => $"drydock-operator-{arch}.cdx.json"),
            ],
            ignoreOrder: true);
        foreach (var file in files)
        {
            await using var stream = File.OpenRead(PathOf(file));
            sums[file].ShouldBe(Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)), file);
        }
    }

    // The digest that everything names is that of the index in the archive; a kubelet gets all architectures by it.
    private async Task VerifyImageAsync(CancellationToken cancellationToken)
    {
        var index = await IndexAsync(cancellationToken);
        Image.ShouldBe($"{registry}/drydock-operator:{Version}@{index["digest"]!.GetValue<string>()}");
        index["annotations"]!["io.containerd.image.name"]!.GetValue<string>()
            .ShouldEndWith($"/drydock-operator:{Version}");
        foreach (var arch in Architectures())
        {
            JsonNode.Parse(await File.ReadAllTextAsync(
                PathOf($"drydock-operator-{arch}.cdx.json"), cancellationToken))!["bomFormat"]!.GetValue<string>()
                .ShouldBe("CycloneDX");
        }
    }

    private async Task VerifyChartAsync(CancellationToken cancellationToken)
    {
        var chart = PathOf($"drydock-{Version}.tgz");
        (await Chart.HelmAsync(["lint", "--strict", chart], cancellationToken)).ShouldAllBe(lint => lint.ExitCode == 0);
        foreach (var rendered in await Chart.HelmAsync(
            [
                "template", "drydock", chart, "--namespace", Chart.Namespace, "--set",
                "metrics.prometheusRule.enabled=true"
            ],
            cancellationToken))
        {
            rendered.ExitCode.ShouldBe(0, rendered.Error);
            var objects = Chart.Read(rendered.Output);
            ((string?)Chart.Container(objects)["image"]).ShouldBe(Image);
            objects.Single(o => Chart.Kind(o) == "PrometheusRule").ToJsonString()
                .ShouldContain($"https://github.com/{repo}/blob/v{Version}/docs/how-to/if-it-stops.md#");
            VerifyText("the rendered chart", rendered.Output);
        }
    }

    private void VerifyManifests()
    {
        foreach (var name in new[] { "install.yaml", "install-s3-only.yaml", "install-namespaced.yaml" })
        {
            ((string?)Chart.Container(Chart.Read(File.ReadAllText(PathOf(name))))["image"]).ShouldBe(Image, name);
        }

        Chart.Read(File.ReadAllText(PathOf("storage.yaml"))).Select(Chart.Kind)
            .ShouldBe(["Namespace", "PersistentVolumeClaim", "PersistentVolumeClaim"]);
        Chart.Read(File.ReadAllText(PathOf("install.yaml"))).Select(Chart.Kind)
            .ShouldNotContain("PersistentVolumeClaim", "kubectl delete -f install.yaml must keep the dumps");
    }

    private void VerifyKrew()
    {
        var plugin = Chart.Read(File.ReadAllText(PathOf("drydock-krew.yaml"))).ShouldHaveSingleItem();
        var platforms = plugin["spec"]!["platforms"]!.AsArray().Select(p => p!).ToList();
        platforms.Select(p => $"{p["selector"]!["matchLabels"]!["os"]}-{p["selector"]!["matchLabels"]!["arch"]}")
            .ShouldBe(Systems, ignoreOrder: true);
        ((string?)plugin["spec"]!["version"]).ShouldBe($"v{Version}");
        foreach (var platform in platforms)
        {
            var file = PathOf(platform["uri"]!.GetValue<string>().Split('/')[^1]);
            platform["sha256"]!.GetValue<string>()
                .ShouldBe(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))), file);
            Entries(file).Select(e => e.Name).ShouldContain(platform["bin"]!.GetValue<string>());
        }
    }

    private void VerifyBundle()
    {
        var files = Entries(PathOf($"drydock-bundle-{Version}.tar.gz"))
            .ToDictionary(e => e.Name, e => Encoding.UTF8.GetString(e.Content), StringComparer.Ordinal);
        var objects = files.Where(f => f.Key.StartsWith("manifests/", StringComparison.Ordinal))
            .Select(f => Chart.Read(f.Value).ShouldHaveSingleItem(f.Key)).ToList();
        var csv = objects.Single(o => Chart.Kind(o) == "ClusterServiceVersion");
        var spec = csv["spec"]!;
        var install = spec["install"]!["spec"]!;
        var manifests = Chart.Read(File.ReadAllText(PathOf("install-s3-only.yaml")));
        Chart.Name(csv).ShouldBe($"drydock.v{Version}");
        ((string?)spec["version"]).ShouldBe(Version);
        ((string?)csv["metadata"]!["annotations"]!["containerImage"])
            .ShouldBe($"{registry}/drydock-operator@{Image.Split('@')[1]}");
        install["deployments"]!.AsArray().ShouldHaveSingleItem()!["spec"]!.ToJsonString()
            .ShouldBe(Chart.Deployment(manifests)["spec"]!.ToJsonString());
        Rules(install["clusterPermissions"]!).ShouldBe(
            manifests.Where(o => Chart.Kind(o) == "ClusterRole"
                && Chart.Name(o).StartsWith("drydock-operator", StringComparison.Ordinal))
                .SelectMany(o => o["rules"]!.AsArray()).Select(r => r!.ToJsonString()),
            ignoreOrder: true);
        Rules(install["permissions"]!).ShouldBe(
            manifests.Single(o => Chart.Kind(o) == "Role")["rules"]!.AsArray().Select(r => r!.ToJsonString()));
        var crds = objects.Where(o => Chart.Kind(o) == "CustomResourceDefinition").ToList();
        spec["customresourcedefinitions"]!["owned"]!.AsArray().Select(o => $"{o!["name"]} {o["kind"]} {o["version"]}")
            .ShouldBe(
                crds.Select(
                    c => $"{Chart.Name(c)} {c["spec"]!["names"]!["kind"]} {c["spec"]!["versions"]![0]!["name"]}"),
                ignoreOrder: true);
        JsonNode.Parse(csv["metadata"]!["annotations"]!["alm-examples"]!.GetValue<string>())!.AsArray()
            .Select(e => e!["kind"]!.GetValue<string>())
            .ShouldBe(crds.Select(c => c["spec"]!["names"]!["kind"]!.GetValue<string>()), ignoreOrder: true);
        Encoding.UTF8.GetString(Convert.FromBase64String(spec["icon"]![0]!["base64data"]!.GetValue<string>()))
            .ShouldBe(File.ReadAllText(Repository.PathOf("docs", "icon.svg")));
        objects.Count(o => Chart.Kind(o) == "ClusterRole").ShouldBe(3);
        files["metadata/annotations.yaml"].ShouldContain("bundle.package.v1: drydock");
        files["bundle.Dockerfile"].ShouldContain("COPY manifests /manifests/");

        static IEnumerable<string> Rules(JsonNode permissions)
        {
            var permission = permissions.AsArray().ShouldHaveSingleItem()!;
            permission["serviceAccountName"]!.GetValue<string>().ShouldBe("drydock-operator");
            return permission["rules"]!.AsArray().Select(r => r!.ToJsonString());
        }
    }

    private void VerifyText(string name, string text)
    {
        text.ShouldNotContain("OWNER/REPOSITORY", Case.Sensitive, name);
        text.ShouldNotContain("example.invalid", Case.Sensitive, name);
        BareImage().IsMatch(text).ShouldBeFalse($"{name} names an image without a registry");
        foreach (var link in Link().Matches(text).Select(match => match.Value.TrimEnd('.', ',', ';'))
            .Distinct(StringComparer.Ordinal))
        {
            Follow(name, link);
        }
    }

    // A link into the repository leads to a file of this checkout, one to a release to a file of the folder.
    private void Follow(string name, string link)
    {
        string pages = $"https://github.com/{repo}/blob/v{Version}/", raw =
            $"https://raw.githubusercontent.com/{repo}/v{Version}/",
            assets = $"https://github.com/{repo}/releases/download/v{Version}/";
        if (link.StartsWith(pages, StringComparison.Ordinal))
        {
            var (file, anchor) = link[pages.Length..].Split('#') is [var before, var after]
                ? (before, after)
                : (link[pages.Length..], "");
            // The chart has the folder of the pages, to which it adds their names.
            (file == "docs" || File.Exists(Repository.PathOf(file))).ShouldBeTrue($"{name}: {link}");
            // Alerts complete an anchor from a label; MonitoringPageTests follow those.
            if (anchor.Length > 0 && !anchor.StartsWith("{{", StringComparison.Ordinal))
            {
                Headings(Repository.PathOf(file)).ShouldContain(anchor, $"{name}: {link}");
            }
        }
        else if (link.StartsWith(raw, StringComparison.Ordinal))
        {
            File.Exists(Repository.PathOf(link[raw.Length..])).ShouldBeTrue($"{name}: {link}");
        }
        else if (link.StartsWith(assets, StringComparison.Ordinal))
        {
            File.Exists(PathOf(link[assets.Length..])).ShouldBeTrue($"{name}: {link}");
        }
        else if (link.Contains("/" + repo, StringComparison.Ordinal))
        {
            link.ShouldBe($"https://github.com/{repo}", name);
        }
    }

    private static IEnumerable<string> Headings(string file) =>
        File.ReadLines(file).SelectMany(line => Heading().Match(line) is { Success: true } heading
            ? [NotInAnchor().Replace(heading.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-')]
            : Named().Matches(line).Select(m => m.Groups[1].Value));

    private IEnumerable<string> Architectures() =>
        Directory.EnumerateFiles(path, "drydock-operator-*.cdx.json")
            .Select(file => Path.GetFileName(file)["drydock-operator-".Length..^".cdx.json".Length]);

    private async Task<JsonNode> IndexAsync(CancellationToken cancellationToken)
    {
        var text = await Shell.RunAsync(
            "tar", ["-xOf", PathOf($"drydock-operator-{Version}.tar"), "./index.json"],
            cancellationToken: cancellationToken);
        return JsonNode.Parse(text)!["manifests"]!.AsArray().ShouldHaveSingleItem()!;
    }

    // All text files, also those in archives; not the programs.
    private IEnumerable<(string Name, string Text)> Texts() =>
        Directory.EnumerateFiles(path).SelectMany(file => Path.GetFileName(file) switch
        {
            var name when name.EndsWith(".tgz", StringComparison.Ordinal)
                || name.EndsWith(".tar.gz", StringComparison.Ordinal) =>
                Entries(file).Where(e => Array.IndexOf(e.Content, (byte)0) < 0)
                    .Select(e => ($"{name}/{e.Name}", Encoding.UTF8.GetString(e.Content))),
            var name when name.EndsWith(".tar", StringComparison.Ordinal) => [],
            var name => [(name, File.ReadAllText(file))],
        });

    private static List<(string Name, byte[] Content)> Entries(string archive)
    {
        using var reader = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
        List<(string, byte[])> entries = [];
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is { } data)
            {
                using var content = new MemoryStream();
                data.CopyTo(content);
                entries.Add((
                    entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name,
                    content.ToArray()));
            }
        }

        return entries;
    }

    [GeneratedRegex("<Version>(.*)</Version>")]
    private static partial Regex VersionPattern();

    [GeneratedRegex(@"(image: |[\s""'=])drydock-operator:[0-9]")]
    private static partial Regex BareImage();

    [GeneratedRegex(@"https://[^\s""'<>()`]+")]
    private static partial Regex Link();

    [GeneratedRegex(@"\]\((?!https://)[^)]*\)")]
    private static partial Regex RelativeLink();

    [GeneratedRegex("^#+ (.*)$")]
    private static partial Regex Heading();

    [GeneratedRegex("<a (?:id|name)=\"([^\"]+)\"")]
    private static partial Regex Named();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NotInAnchor();
}
