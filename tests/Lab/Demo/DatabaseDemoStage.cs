using Drydock.Lab.Commands;

namespace Drydock.Lab.Demo;

/// <summary>
/// Prepares a lab with a cluster for the database demos: CRDs, RBAC, Secrets, the operator, the manifest.
/// </summary>
/// <param name="operatorAssembly">Path of Drydock.Operator.dll.</param>
internal sealed class DatabaseDemoStage(
    LabState lab,
    string checkout,
    string operatorAssembly) : DemoControl(lab,
    checkout,
    operatorAssembly,
    DatabaseState.Namespace)
{
    /// <summary>The cluster.</summary>
    public DatabaseState Database => Lab.Database ?? throw new LabException("The lab has no database cluster.");

    // The archives are in the lab's cache, which has no folder for the namespace.
    /// <inheritdoc />
    protected override IReadOnlyList<string> StorageArguments =>
        [
            "--storage-shared", "--storage-root", Path.Combine(Lab.Folder, "snapshots"), "--storage-root",
            Recipes.CacheFolder
        ];

    /// <summary>Applies the manifest.</summary>
    public Task ApplyManifestAsync() => KubectlAsync(["apply", "--validate=false", "-f", Database.ManifestPath]);

    /// <inheritdoc />
    protected override async Task SecretsAsync() => await KubectlAsync(["apply", "-f", Database.SecretsPath]);
}
