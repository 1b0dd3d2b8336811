using Drydock.Clients.Kubernetes.Configuration;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Crds;
using Drydock.Crds.BackupSnapshots;
using Drydock.Crds.OmsUpgrades;
using Drydock.Crds.SnapshotRestores;
using Drydock.Reconcilers.Snapshots;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Integration.Clients.Snapshots;

namespace Drydock.Tests.Integration.Snapshots.Restores;

/// <summary>
/// A namespace on a real API server, two databases on a real server, and a verified snapshot of both; since then both
/// were changed.
/// </summary>
internal sealed class RestoreStage : IDisposable
{
    public const string Name = "back";

    private readonly TemporaryStorage _folder = new();

    private RestoreStage(MariaDbServer server, KubernetesClient client, string space)
    {
        Server = server;
        Client = client;
        Namespace = space;
        Storages = new Storages(
            client, new StorageRoots([_folder.Root], shared: true), TimeProvider.System, EndpointPolicy.Unrestricted);
    }

    public MariaDbServer Server { get; }

    public KubernetesClient Client { get; }

    public string Namespace { get; }

    public Storages Storages { get; }

    public string First { get; private set; } = "";

    public string Second { get; private set; } = "";

    public SnapshotManifest Manifest { get; private set; } = null!;

    public SnapshotLocation Location => _folder.At("snap-1", path: "");

    /// <summary>What the databases held when the snapshot was taken.</summary>
    public Dictionary<string, string> Before { get; } = new(StringComparer.Ordinal);

    /// <summary>Names and hashes of all files of the storage.</summary>
    public string[] Files =>
        [.. _folder.Files().Select(
            f => f + " " + Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Path.Combine(_folder.Root, f)))))];

    public static async Task<RestoreStage> CreateAsync(
        LabFixture lab,
        MariaDbServer server,
        Func<RestoreStage, SnapshotRestoreSpec, SnapshotRestoreSpec>? change = null,
        bool approve = true)
    {
        var plane = await ServedCrds.OnSharedPlaneAsync(lab);
        var client = new KubernetesClient(
            KubeConfig.BuildConfigFromConfigFile(plane.AdminKubeconfig),
            KubernetesJson.CreateOptions(CrdsJsonContext.Default));
        var stage = new RestoreStage(server, client, await lab.NewNamespaceAsync("restore"));
        await stage.PrepareAsync(change, approve);
        return stage;
    }

    public async Task<SnapshotRestore> GetAsync() => (await Client.GetAsync<SnapshotRestore>(Name, Namespace))!;

    public string Content(string database) => SampleDatabase.Content(Server, database);

    public string FileOf(string database) =>
        _folder.FileOf(Location, Manifest.Databases.Single(d => d.Name == database));

    public async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = await Server.OpenAsync(database);
        await MariaDbServer.ExecuteAsync(connection, sql);
    }

    public void Dispose()
    {
        Client.Dispose();
        _folder.Dispose();
    }

    private async Task PrepareAsync(
        Func<RestoreStage, SnapshotRestoreSpec, SnapshotRestoreSpec>? change, bool approve)
    {
        First = await SampleDatabase.CreateAsync(Server, rows: 40);
        Second = await SampleDatabase.CreateAsync(Server, rows: 20);
        Manifest = await new Snapshotter().TakeAsync(
            new SnapshotRequest { Location = Location, Connection = Server.Options(), Databases = [First, Second] },
            CancellationToken.None);
        foreach (var database in new[] { First, Second })
        {
            Before[database] = Content(database);
            await ExecuteAsync(database, "DELETE FROM oms_normal_config WHERE id > 3");
            await ExecuteAsync(database, "DROP TRIGGER tr1");
        }

        await Client.CreateAsync(new V1Secret
        {
            ApiVersion = "v1",
            Kind = "Secret",
            Metadata = new V1ObjectMeta { Name = "db", Namespace = Namespace },
            Data = new Dictionary<string, byte[]>(StringComparer.Ordinal)
            {
                ["username"] = Encoding.UTF8.GetBytes(MariaDbServer.User),
                ["password"] = Encoding.UTF8.GetBytes(MariaDbServer.Password)
            },
        });
        var snapshot = await Client.CreateAsync(new BackupSnapshot
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = BackupSnapshot.KindName,
            Metadata = new V1ObjectMeta { Name = "snap", Namespace = Namespace },
            Spec = new BackupSnapshotSpec
            {
                Source = new DatabaseSource
                {
                    Host = "127.0.0.1",
                    Port = Server.Port,
                    CredentialsSecretRef = new SecretReference { Name = "db" },
                    Tls = new DatabaseTls { Mode = DatabaseTlsMode.Disabled }
                },
                Databases = [First, Second],
                Storage =
                    new StorageSpec { Directory = new Drydock.Crds.Common.DirectoryStorage { Path = _folder.Root } },
            },
        });
        await Client.UpdateStatusAsync(snapshot with
        {
            Status = new BackupSnapshotStatus
            {
                Phase = BackupSnapshotPhases.Succeeded,
                Verified = Drydock.Crds.Common.SnapshotVerification.ReadBack,
                SnapshotID = "snap-1",
                Path = "snap-1/"
            }
        });
        var spec = new SnapshotRestoreSpec
        {
            SnapshotRef = new SnapshotReference { Name = "snap", Uid = snapshot.Metadata.Uid },
            NotAfter = TimeProvider.System.GetUtcNow().AddDays(1)
        };
        var restore = await Client.CreateAsync(new SnapshotRestore
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = SnapshotRestore.KindName,
            Metadata = new V1ObjectMeta { Name = Name, Namespace = Namespace },
            Spec = change?.Invoke(this, spec) ?? spec,
        });
        if (!approve)
        {
            return;
        }

        var look = await new SqlRestoreServer(Server.Options(), TimeProvider.System).LookAsync(
            [First, Second], CancellationToken.None);
        var word = RestoreApproval.WordFor(
            restore,
            [Manifest.Id, look.Identity, .. Manifest.Databases.Select(d => $"{d.Name} {true}")]);
        await Client.UpdateAsync(restore with { Spec = restore.Spec with { Approvals = [word] } });
    }
}
