using System.Formats.Tar;
using System.IO.Compression;
using Drydock.Clients.Kubernetes.Configuration;
using Drydock.Clients.Kubernetes.Json;
using Drydock.Crds;
using Drydock.Crds.BackupSnapshots;
using Drydock.Reconcilers.Oms;
using Drydock.Reconcilers.Upgrades;
using S3Storage = Drydock.Crds.Common.S3Storage;
using SnapshotDatabase = Drydock.Crds.BackupSnapshots.SnapshotDatabase;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>From a spec and its Secret to a storage, and what the operator does by it.</summary>
public sealed class StoragesTests(LabFixture lab) : IAsyncLifetime
{
    private S3Server _server = null!;
    private KubernetesClient _kubernetes = null!;
    private Storages _storages = null!;
    private string _space = "";
    private string _bucket = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await lab.S3ServerAsync();
        _bucket = await _server.NewBucketAsync(Token);
        _space = await lab.NewNamespaceAsync("storages");
        var configuration = KubeConfig.BuildConfigFromConfigFile((await lab.ControlPlaneAsync()).AdminKubeconfig);
        _kubernetes = new KubernetesClient(configuration, KubernetesJson.CreateOptions(CrdsJsonContext.Default));
        _storages = new Storages(_kubernetes, new StorageRoots([]), TimeProvider.System, EndpointPolicy.Unrestricted);
    }

    public ValueTask DisposeAsync()
    {
        _kubernetes.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Bucket_is_opened_with_its_Secret_and_follows_rotation()
    {
        await SecretAsync(
            "keys", ("accessKey", _server.Keys.AccessKey), ("secretKey", _server.Keys.SecretKey + "\n"),
            ("ca.crt", _server.Authority));
        var storage = await _storages.OpenAsync(Spec("keys"), _space, Token);
        storage.Description.ShouldBe(Spec("keys").Describe());
        var mark = await storage.EnsureMarkAsync(Token);
        await _storages.OpenAsync(Spec("keys"), _space, Token);
        _storages.Clients.ShouldBe(1, "connections are kept");

        await SecretAsync(
            "keys", ("accessKey", _server.Keys.AccessKey), ("secretKey", "canary-not-a-real-secret"),
            ("ca.crt", _server.Authority));
        var rotated = await _storages.OpenAsync(Spec("keys"), _space, Token);
        var error = await Should.ThrowAsync<SnapshotException>(() => rotated.ReadMarkAsync(Token));
        error.Message.ShouldContain("SignatureDoesNotMatch");
        error.ToString().ShouldNotContain("canary");
        (await storage.ReadMarkAsync(Token)).ShouldBe(mark, "who has the former one may finish");
    }

    [Fact]
    public async Task Missing_Secret_or_key_is_named()
    {
        (await MessageAsync(Spec("nowhere"), SnapshotFailure.SecretMissing))
            .ShouldContain("Secret nowhere (storage.s3.credentialsSecretRef) does not exist in namespace " + _space);
        await SecretAsync("half", ("accessKey", "x"));
        (await MessageAsync(Spec("half"), SnapshotFailure.SecretMissing))
            .ShouldContain("Secret half (storage.s3.credentialsSecretRef) lacks the key secretKey");
        await SecretAsync("bad-ca", ("accessKey", "x"), ("secretKey", "y"), ("ca.crt", "no certificate"));
        (await MessageAsync(Spec("bad-ca"))).ShouldContain("ca.crt");
        (await MessageAsync(new StorageSpec(), SnapshotFailure.NotAllowed)).ShouldContain("--storage-root");
        (await MessageAsync(StorageText.Parse(StorageText.Of(Spec("keys")), present: null))).ShouldContain("is empty");
    }

    [Fact]
    public async Task Probe_distinguishes_unmarked_bucket_from_unusable_one()
    {
        await KeysAsync();
        IStorages probe = _storages;
        (await probe.IsMarkedAsync(Spec("keys"), _space, Token)).ShouldBeFalse();
        (await probe.ProbeAsync(Spec("keys"), _space, Token)).ShouldBeNull("S3 has no figure of free bytes");
        (await probe.IsMarkedAsync(Spec("keys"), _space, Token)).ShouldBeTrue();
        var other = Spec("keys") with { S3 = Spec("keys").S3! with { Bucket = await _server.NewBucketAsync(Token) } };
        (await probe.IsMarkedAsync(other, _space, Token)).ShouldBeFalse();
        var gone = Spec("keys") with { S3 = Spec("keys").S3! with { Bucket = "no-such-bucket" } };
        (await Should.ThrowAsync<SnapshotException>(() => probe.IsMarkedAsync(gone, _space, Token))).Failure
            .ShouldBe(SnapshotFailure.StorageUnusable);
    }

    [Fact]
    public async Task Image_archive_is_read_from_bucket_and_hashed_once()
    {
        await KeysAsync();
        const string Name = "oms images/OMS 4.2.2 (new).tar.gz";
        var id = new string('a', 64);
        var first = await PutAsync(Name, Archive(id));
        await using var proxy = new S3FaultProxy(await lab.RunAsync(), _server);
        var reads = 0;
        proxy.OnRead = (method, path) =>
        {
            reads += method == "GET" && path.Contains("tar.gz", StringComparison.Ordinal) ? 1 : 0;
            return FaultAction.Pass;
        };
        var spec =
            Spec("keys") with { S3 = Spec("keys").S3! with { Endpoint = proxy.Endpoint.ToString().TrimEnd('/') } };
        var reader = new StorageArchiveReader(_storages, new HashedArchives(TimeProvider.System));
        var contents = await reader.InspectAsync(spec, _space, Name, ArchiveKind.Image, Token);
        contents.Sha256.ShouldBe(first);
        contents.Images.Select(i => i.Id).ShouldBe(["sha256:" + id]);
        (await reader.InspectAsync(spec, _space, Name, ArchiveKind.Image, Token)).ShouldBe(contents);
        reads.ShouldBe(1);

        var second = await PutAsync(Name, Archive(new string('b', 64)));
        (await reader.InspectAsync(spec, _space, Name, ArchiveKind.Image, Token)).Sha256.ShouldBe(second);
        reads.ShouldBe(2);
        await using (var stream = await reader.OpenAsync(spec, _space, Name, second, Token))
        {
            Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, Token)).ShouldBe(second);
        }

        await Should.ThrowAsync<FileNotFoundException>(
            () => reader.InspectAsync(spec, _space, "none.tar", ArchiveKind.Image, Token));
        await Should.ThrowAsync<FileNotFoundException>(() => reader.OpenAsync(spec, _space, "none.tar", "", Token));
    }

    [Fact]
    public async Task Missing_snapshot_files_are_named_and_unusable_storage_throws()
    {
        await KeysAsync();
        var storage = await _storages.OpenAsync(Spec("keys"), _space, Token);
        await storage.WriteAsync("up-1/rm.sql.gz", "12345");
        await storage.WriteAsync("up-1/cm.sql.gz", "123");
        var snapshot = new BackupSnapshot
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = BackupSnapshot.KindName,
            Metadata = new V1ObjectMeta { Name = "up-1", Namespace = _space },
            Spec = new BackupSnapshotSpec { Storage = Spec("keys") },
            Status = new BackupSnapshotStatus
            {
                Databases =
                [
                    new SnapshotDatabase { Name = "rm", File = "up-1/rm.sql.gz", Bytes = 5 },
                    new SnapshotDatabase { Name = "cm", File = "up-1/cm.sql.gz", Bytes = 5 },
                    new SnapshotDatabase { Name = "hb", File = "up-1/hb.sql.gz", Bytes = 5 },
                ],
            },
        };
        var reader = new StorageArchiveReader(_storages, new HashedArchives(TimeProvider.System));
        (await reader.SnapshotFilesAsync(snapshot, Token)).ShouldBe(["up-1/cm.sql.gz", "up-1/hb.sql.gz"]);
        var elsewhere = snapshot with { Spec = snapshot.Spec with { Storage = Spec("nowhere") } };
        await Should.ThrowAsync<SnapshotException>(() => reader.SnapshotFilesAsync(elsewhere, Token));
    }

    private static byte[] Archive(string id)
    {
        using var file = new MemoryStream();
        using (var gzip = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, leaveOpen: true))
        {
            var manifest = $$"""[{"Config":"{{id}}.json","RepoTags":["oms:4.2.2"],"Layers":[]}]""";
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "layer.tar")
            {
                DataStream = new MemoryStream(RandomNumberGenerator.GetBytes(3 << 20))
            });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "manifest.json")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(manifest))
            });
        }

        return file.ToArray();
    }

    private StorageSpec Spec(string secret) => new()
    {
        S3 = new S3Storage
        {
            Endpoint = _server.Endpoint.ToString().TrimEnd('/'),
            Bucket = _bucket,
            Prefix = "team/oms",
            CredentialsSecretRef = new SecretReference { Name = secret },
        },
    };

    private async Task<string> MessageAsync(StorageSpec spec, SnapshotFailure failure = SnapshotFailure.InvalidRequest)
    {
        var error = await Should.ThrowAsync<SnapshotException>(() => _storages.OpenAsync(spec, _space, Token));
        error.Failure.ShouldBe(failure);
        return error.Message;
    }

    private Task KeysAsync() =>
        SecretAsync("keys", ("accessKey", _server.Keys.AccessKey), ("secretKey", _server.Keys.SecretKey), (
            "ca.crt", _server.Authority));

    private async Task SecretAsync(string name, params (string Key, string Value)[] data)
    {
        var secret = new V1Secret
        {
            Metadata = new V1ObjectMeta { Name = name, Namespace = _space },
            Data = data.ToDictionary(d => d.Key, d => Encoding.UTF8.GetBytes(d.Value), StringComparer.Ordinal),
        };
        if (await _kubernetes.GetAsync<V1Secret>(name, _space, Token) is not null)
        {
            await (await lab.ControlPlaneAsync()).KubectlAsync(
                ["-n", _space, "delete", "secret", name], cancellationToken: Token);
        }

        await _kubernetes.CreateAsync(secret, Token);
    }

    private async Task<string> PutAsync(string name, byte[] content)
    {
        using var client = _server.Client();
        await client.PutObjectAsync(
            new Amazon.S3.Model.PutObjectRequest
            {
                BucketName = _bucket,
                Key = "team/oms/" + name,
                InputStream = new MemoryStream(content)
            },
            Token);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }
}
