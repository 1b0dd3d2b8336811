using DirectoryStorage = Drydock.Crds.Common.DirectoryStorage;

namespace Drydock.Tests.Unit.Databases;

/// <summary>What leaves the operator when an archive is sent to a host that records everything it is given.</summary>
public sealed class StorageArchiveTests : IDisposable
{
    private const int Megabyte = 1 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("drydock-archive-").FullName;
    private readonly Recorder _host = new();
    private readonly Storages _storages;

    public StorageArchiveTests()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "oms"));
        _storages = new Storages(null!, new StorageRoots([_folder]), TimeProvider.System);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Archive_with_right_checksum_is_sent_whole()
    {
        var content = Write((2 * Megabyte) + 3);
        var (upload, _) = Upload(Sha256(content), content.Length);
        await Should.ThrowAsync<RemoteException>(
            () => upload.RunAsync(Token), "the recorder keeps no file, so the checksum there is missing");
        _host.Received.ToArray().AsSpan().SequenceEqual(content).ShouldBeTrue();
    }

    [Fact]
    public async Task Archive_with_wrong_checksum_sends_no_byte()
    {
        var content = Write(100);
        var (upload, _) = Upload(new string('0', 64), content.Length);
        var refused = await Should.ThrowAsync<HostException>(() => upload.RunAsync(Token));
        (refused.Reason, refused.IsRetryable).ShouldBe((Reasons.PackageCorrupt, false));
        refused.Message.ShouldBeWorded(_folder);
        refused.Message.ShouldContain(Sha256(content));
        _host.Received.Length.ShouldBe(0);
        _host.Inputs.ShouldBe(0);
    }

    [Theory]
    [InlineData("/proc/self", "environ")]
    [InlineData("/var/run/secrets/kubernetes.io/serviceaccount", "token")]
    [InlineData("/etc", "passwd")]
    public async Task Archive_outside_storage_roots_is_refused_as_InvalidSpec(string directory, string path)
    {
        var archive = Archive(new string('0', 64), directory, path);
        foreach (var ask in new Func<Task>[] { () => archive.LengthAsync(Token), () => archive.OpenAsync(0, Token) })
        {
            var refused = await Should.ThrowAsync<HostException>(ask);
            refused.Reason.ShouldBe(Reasons.InvalidSpec);
            refused.IsRetryable.ShouldBeFalse();
            refused.Field.ShouldNotBeNull().ShouldStartWith("spec.package.archives[");
            refused.Message.ShouldBeWorded(_folder);
        }
    }

    [Fact]
    public async Task Archive_changed_during_upload_arrives_without_its_end()
    {
        var content = Write((2 * Megabyte) + 3);
        var (upload, _) = Upload(Sha256(content), content.Length);
        _host.AfterBytes = (Megabyte, () =>
        {
            content[Megabyte + (Megabyte / 2)] ^= 1;
            File.WriteAllBytes(Path.Combine(_folder, "oms", "db.tar.gz"), content);
        }
        );
        (await Should.ThrowAsync<SnapshotException>(() => upload.RunAsync(Token))).Failure
            .ShouldBe(SnapshotFailure.ChecksumMismatch);
        _host.Received.Length.ShouldBeInRange(Megabyte, content.Length - 1);
    }

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private byte[] Write(int size)
    {
        var content = RandomNumberGenerator.GetBytes(size);
        File.WriteAllBytes(Path.Combine(_folder, "oms", "db.tar.gz"), content);
        return content;
    }

    private (RemoteUpload Upload, StorageArchive Archive) Upload(string sha256, long length)
    {
        var archive = Archive(sha256, _folder, "db.tar.gz");
        return (new RemoteUpload(
            _host, new RemoteFile("/opt/db.tar.gz", length, sha256), archive.OpenAsync, progress: null), archive);
    }

    private StorageArchive Archive(string sha256, string directory, string path) => new(
        "db-1",
        new DatabaseHostServices(_storages, null!, TimeProvider.System),
        new PackageArchive
        {
            Name = "db",
            Storage = new StorageSpec { Directory = new DirectoryStorage { Path = directory } },
            Path = path,
            Sha256 = sha256
        },
        "oms");

    private sealed class Recorder : IRemoteClient
    {
        public string Name => "db-1";

        public MemoryStream Received { get; } = new();

        public int Inputs { get; private set; }

        public (int Bytes, Action Act)? AfterBytes { get; set; }

        public async Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default)
        {
            if (command.Input is not { } input)
            {
                return new RemoteResult(
                    0, command.Arguments.Any(a => a.Contains("stat -c", StringComparison.Ordinal)) ? "0" : "", "");
            }

            Inputs++;
            var buffer = new byte[64 * 1024];
            while (await input.ReadAsync(buffer, cancellationToken) is var read and > 0)
            {
                Received.Write(buffer, 0, read);
                if (AfterBytes is { } after && Received.Length >= after.Bytes)
                {
                    AfterBytes = null;
                    after.Act();
                }
            }

            return new RemoteResult(0, "", "");
        }

        public Task<bool> UploadAsync(
            RemoteFile file, Func<long, CancellationToken, Task<Stream>> open, IProgress<long>? progress = null,
            CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
