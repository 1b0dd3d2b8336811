using Drydock.Tests.Integration.Clients.Docker.Fixture;
using Drydock.Tests.Integration.Support;

namespace Drydock.Tests.Integration.Clients.Ssh;

/// <summary>Files to a host behind a real sshd.</summary>
public sealed class SshUploadTests : IAsyncLifetime
{
    private const int Size = 32 << 20;
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(Size);

    private readonly string _root = Directory.CreateTempSubdirectory("drydock-ssh-tests-").FullName;
    private readonly List<long> _opened = [];
    private SshServer? _server;
    private SshClient? _client;

    private IRemoteClient Client => _client!;

    private string Target => Path.Combine(_root, "new server");

    private string Part => Target + ".drydock-part";

    public async ValueTask InitializeAsync()
    {
        _server = await SshServer.StartAsync(_root);
        _client = new SshClient(
            new SshEndpoint("127.0.0.1", "root", _server.Port), _server.Material,
            new SshOptions { Endpoints = EndpointPolicy.Unrestricted, RuntimeDirectory = _root });
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _server!.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task UploadAsync_sends_file_with_mode_only_once()
    {
        var file = Whole() with { Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute };
        var seen = new HookedProgress();

        (await Client.UploadAsync(file, Open, seen, Token)).ShouldBeTrue();
        (await Client.UploadAsync(file, Open, cancellationToken: Token)).ShouldBeFalse();

        await ShouldHaveContentAsync(Target);
        File.GetUnixFileMode(Target).ShouldBe(file.Mode);
        File.Exists(Part).ShouldBeFalse();
        _opened.ShouldBe([0]);
        seen.Last.ShouldBe(Size);
    }

    [Fact]
    public async Task UploadAsync_resumes_after_broken_connection()
    {
        var breaking = new HookedProgress { At = Size / 2, Do = () => _server!.BreakAsync() };
        await Should.ThrowAsync<RemoteException>(() => Client.UploadAsync(Whole(), Open, breaking, Token));
        File.Exists(Target).ShouldBeFalse();

        (await Client.UploadAsync(Whole(), Open, cancellationToken: Token)).ShouldBeTrue();

        _opened.Count.ShouldBe(2);
        _opened[1].ShouldBeInRange(1, Size - 1);
        await ShouldHaveContentAsync(Target);
    }

    [Fact]
    public async Task UploadAsync_resumes_after_cancellation()
    {
        using var cancelled = new CancellationTokenSource();
        var cancelling = new HookedProgress { At = Size / 2, Do = cancelled.CancelAsync };
        await Should.ThrowAsync<OperationCanceledException>(
            () => Client.UploadAsync(Whole(), Open, cancelling, cancelled.Token));

        (await Client.UploadAsync(Whole(), Open, cancellationToken: Token)).ShouldBeTrue();

        _opened[1].ShouldBeInRange(1, Size - 1);
        await ShouldHaveContentAsync(Target);
    }

    [Fact]
    public async Task UploadAsync_fails_on_broken_source_and_resumes_later()
    {
        Task<Stream> Breaking(long offset, CancellationToken cancellationToken) =>
            Task.FromResult<Stream>(new BreakingStream(Content, Size / 2));
        await Should.ThrowAsync<IOException>(() => Client.UploadAsync(Whole(), Breaking, cancellationToken: Token));
        File.Exists(Target).ShouldBeFalse();

        (await Client.UploadAsync(Whole(), Open, cancellationToken: Token)).ShouldBeTrue();

        _opened.ShouldHaveSingleItem().ShouldBeInRange(1, Size / 2);
        await ShouldHaveContentAsync(Target);
    }

    [Fact]
    public async Task UploadAsync_with_wrong_checksum_keeps_former_file()
    {
        await File.WriteAllTextAsync(Target, "the old one", Token);

        var trouble = await Should.ThrowAsync<RemoteException>(
            () => Client.UploadAsync(Whole() with { Sha256 = new string('0', 64) }, Open, cancellationToken: Token));

        trouble.Reason.ShouldBe(RemoteRefusal.Corrupt);
        trouble.Message.ShouldContain(new string('0', 64));
        (await File.ReadAllTextAsync(Target, Token)).ShouldBe("the old one");
        File.Exists(Part).ShouldBeFalse();
    }

    [Fact]
    public async Task Part_that_another_process_takes_is_no_corrupt_file()
    {
        var taking = new HookedProgress { At = Size, Do = () => Task.Run(() => File.Delete(Part)) };

        var trouble = await Should.ThrowAsync<RemoteException>(() => Client.UploadAsync(Whole(), Open, taking, Token));

        trouble.Reason.ShouldBe(RemoteRefusal.RemoteCommand);
        trouble.Message.ShouldContain("another process has taken or removed it");
        (await Client.UploadAsync(Whole(), Open, cancellationToken: Token)).ShouldBeTrue();
        await ShouldHaveContentAsync(Target);
    }

    [Fact]
    public async Task Partial_upload_of_another_file_is_discarded()
    {
        await File.WriteAllBytesAsync(Part, new byte[Size + 1], Token);
        (await Client.UploadAsync(Whole(), Open, cancellationToken: Token)).ShouldBeTrue();

        File.Move(Target, Part);
        await using (var spoiled = File.OpenWrite(Part))
        {
            spoiled.SetLength(Size / 2);
            spoiled.WriteByte((byte)(Content[0] ^ 1));
        }

        (await Should.ThrowAsync<RemoteException>(
            () => Client.UploadAsync(Whole(), Open, cancellationToken: Token))).Reason.ShouldBe(RemoteRefusal.Corrupt);
        (await Client.UploadAsync(Whole(), Open, cancellationToken: Token)).ShouldBeTrue();
        await ShouldHaveContentAsync(Target);
    }

    [Fact]
    public async Task UploadAsync_to_full_disk_fails_and_resumes_with_space()
    {
        var disk = Directory.CreateDirectory(Path.Combine(_root, "disk")).FullName;
        await FixtureShell.RunAsync("mount", "-t", "tmpfs", "-o", "size=8m", "drydock-test", disk);
        try
        {
            var file = Whole() with { Path = Path.Combine(disk, "server") };
            (await Should.ThrowAsync<RemoteException>(() => Client.UploadAsync(
                file, Open, cancellationToken: Token))).Message.ShouldContain("No space left on device");

            await FixtureShell.RunAsync("mount", "-o", "remount,size=64m", disk);
            (await Client.UploadAsync(file, Open, cancellationToken: Token)).ShouldBeTrue();

            _opened[1].ShouldBeGreaterThan(0);
            await ShouldHaveContentAsync(file.Path);
        }
        finally
        {
            await FixtureShell.RunAsync("umount", disk);
        }
    }

    [Fact]
    public async Task What_fails_is_told_in_English()
    {
        var cat = Path.Combine(_server!.Programs, "cat");
        await File.WriteAllTextAsync(cat, "#!/bin/sh\n[ \"$LC_ALL\" = C ] && said='No space left on device' || "
            + "said='Auf dem Gerät ist kein Speicherplatz mehr'\necho \"cat: $said\" >&2\nexit 1\n", Token);
        File.SetUnixFileMode(cat, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        (await Should.ThrowAsync<RemoteException>(() => Client.UploadAsync(
            Whole(), Open, cancellationToken: Token))).Message.ShouldContain("No space left on device");
    }

    [Fact]
    public async Task UploadAsync_sends_empty_file()
    {
        var empty = new RemoteFile(Target, 0, Convert.ToHexStringLower(SHA256.HashData([])));

        (await Client.UploadAsync(empty, (_, _) => Task.FromResult(Stream.Null), cancellationToken: Token))
            .ShouldBeTrue();

        new FileInfo(Target).Length.ShouldBe(0);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RemoteFile Whole() => new(Target, Size, Convert.ToHexStringLower(SHA256.HashData(Content)));

    // Spans: Shouldly compares two arrays byte by byte as objects.
    private static async Task ShouldHaveContentAsync(string path) =>
        (await File.ReadAllBytesAsync(path, Token)).AsSpan().SequenceEqual(Content).ShouldBeTrue($"{path} differs");

    private Task<Stream> Open(long offset, CancellationToken cancellationToken)
    {
        _opened.Add(offset);
        return Task.FromResult<Stream>(new MemoryStream(Content, (int)offset, Size - (int)offset));
    }
}
