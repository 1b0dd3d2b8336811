using Drydock.Lab.Commands;

namespace Drydock.Lab.Demo;

/// <summary>Prepares a background lab for the demo: OMS 3.2.2, CRDs, RBAC, Secrets, the operator, the sample.</summary>
internal sealed class DemoStage(
    LabState lab, string checkout, string operatorAssembly) : DemoControl(lab, checkout, operatorAssembly, Namespace)
{
    /// <summary>Namespace of the sample.</summary>
    public const string Namespace = "oms";

    /// <summary>Name of the sample's upgrade.</summary>
    public const string Upgrade = "oms-322-to-422";

    private const string Sample = "omsupgrade-ee-3.2.2-to-4.2.2.yaml";

    /// <inheritdoc />
    protected override IReadOnlyList<string> StorageArguments =>
        ["--storage-root", Snapshots, "--storage-root", Images];

    private string Images => Path.Combine(Folder, "images");

    /// <summary>The node on which docker_init.sh runs first, as the upgrade calls it.</summary>
    public string FirstNode => Lab.Hosts[0].Address.Replace('.', '-');

    /// <summary>Folder of the dumps.</summary>
    public string Snapshots => Path.Combine(Folder, "snapshots");

    /// <summary>Seeds OMS 3.2.2 on every host, even if OMS was upgraded before.</summary>
    public async Task<OmsScenario> SeedAsync(CancellationToken cancellationToken)
    {
        var oms = await OmsAsync(cancellationToken);
        var storage = Directory.CreateDirectory(Path.Combine(Images, Namespace)).FullName;
        File.Copy(oms.Options.Images.NewArchiveGz, Path.Combine(storage, "oms_422.tar.gz"), overwrite: true);
        Directory.CreateDirectory(Snapshots);
        await oms.ResetAsync(cancellationToken);
        return oms;
    }

    /// <summary>The OMS on the hosts, as it is.</summary>
    public async Task<OmsScenario> OmsAsync(CancellationToken cancellationToken)
    {
        var images = await OmsImages.BuildAsync(cancellationToken: cancellationToken);
        return new OmsScenario(
            [.. Lab.Hosts.Select(h => new CliDockerHost(h))],
            new CliMetaDb(Lab.MetaDb!),
            new OmsScenarioOptions
            {
                Root = Path.Combine(Folder, "oms"),
                Images = images,
                NewImagePresent = false,
                PlainNames = true
            });
    }

    /// <summary>
    /// Applies the sample of config/samples with the lab's addresses instead of those of the documentation.
    /// </summary>
    /// <param name="approval"><c>Automatic</c> runs it at once; <c>Manual</c> waits at its plan.</param>
    public async Task ApplySampleAsync(string approval)
    {
        File.Copy(Path.Combine(Checkout, "config", "samples", Sample), Path.Combine(Folder, Sample), overwrite: true);
        var patch = new StringBuilder();
        Replace(patch, "/spec/approval", approval);
        Replace(patch, "/spec/holdBefore", "[]");
        Replace(patch, "/spec/discoverFrom", Lab.Hosts[0].Address);
        Replace(patch, "/spec/imageArchive/storage/directory/path", Images);
        await File.WriteAllTextAsync(Path.Combine(Folder, "addresses.yaml"), patch.ToString());
        await File.WriteAllTextAsync(
            Path.Combine(Folder, "kustomization.yaml"),
            $"""
            namespace: {Namespace}
            resources:
            - {Sample}
            patchesJson6902:
            - target:
                group: drydock.dev
                version: v1alpha1
                kind: OmsUpgrade
                name: {Upgrade}
              path: addresses.yaml

            """);
        await KubectlAsync(["apply", "--validate=false", "-k", Folder]);
    }

    private static void Replace(StringBuilder patch, string path, string value) =>
        patch.Append(CultureInfo.InvariantCulture, $"- op: add\n  path: {path}\n  value: {value}\n");

    /// <inheritdoc />
    protected override async Task SecretsAsync()
    {
        var certificates = Lab.Hosts[0].ClientFolder;
        await ApplyAsync(StageSecret.Opaque(
            "docker-tls",
            ("ca.crt", await File.ReadAllTextAsync(Path.Combine(certificates, "ca.pem"))),
            ("tls.crt", await File.ReadAllTextAsync(Path.Combine(certificates, "cert.pem"))),
            ("tls.key", await File.ReadAllTextAsync(Path.Combine(certificates, "key.pem")))).ToManifest(Namespace));
        await ApplyAsync(
            StageSecret.Opaque("oms-metadb", ("username", OmsScenario.MetaUser), ("password", OmsCanaries.MetaPassword))
                .ToManifest(Namespace));
    }
}
