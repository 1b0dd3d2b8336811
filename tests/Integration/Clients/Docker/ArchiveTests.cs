using System.Runtime.Versioning;
using Drydock.Tests.Integration.Clients.Docker.Fixture;

namespace Drydock.Tests.Integration.Clients.Docker;

[SupportedOSPlatform("linux")]
[Collection(DockerDaemonCollection.Name)]
public sealed class ArchiveTests(DockerDaemonFixture daemon) : IAsyncDisposable
{
    // The bit of Go's os.FileMode that says "directory".
    private const uint Directories = 1u << 31;

    private readonly DockerClient _client = DockerDaemonFixture.Client(daemon.TlsEndpoint);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task ReadFileAsync_reads_host_file_through_never_started_container()
    {
        var (id, directory) = await NeverStartedAsync();
        var content = RandomNumberGenerator.GetBytes(3 * 1024 * 1024);
        await File.WriteAllBytesAsync($"{directory}/big.bin", content);
        File.SetUnixFileMode(
            $"{directory}/big.bin", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var looked = (await _client.Containers.FindAsync(id, "/data/big.bin")).ShouldNotBeNull();
        looked.Size.ShouldBe(content.Length);
        looked.IsRegularFile.ShouldBeTrue();
        looked.Mode.ShouldBe((uint)(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead));
        looked.Mtime.ShouldNotBe(default);
        var read = await _client.Containers.ReadFileAsync(id, "/data/big.bin", content.Length);

        read.ShouldNotBeNull().AsSpan().SequenceEqual(content).ShouldBeTrue();
        (await _client.Containers.InspectContainerAsync(id)).State.Status.ShouldBe("created");
    }

    [Fact]
    public async Task ReadFileAsync_reads_image_file_through_never_started_container()
    {
        var (id, _) = await NeverStartedAsync();

        var busybox = await _client.Containers.ReadFileAsync(id, "/bin/busybox", 100_000_000);

        var original = await File.ReadAllBytesAsync("/bin/busybox");
        busybox.ShouldNotBeNull().AsSpan().SequenceEqual(original).ShouldBeTrue();
    }

    [Fact]
    public async Task ReadFileAsync_returns_null_for_missing_file_but_not_container()
    {
        var (id, _) = await NeverStartedAsync();

        (await _client.Containers.ReadFileAsync(id, "/data/none", 100)).ShouldBeNull();
        await Should.ThrowAsync<DockerNotFoundException>(
            () => _client.Containers.ReadFileAsync("nobody", "/data/none", 100));
        (await _client.Containers.FindAsync(id, "/data/none")).ShouldBeNull();
        await Should.ThrowAsync<DockerNotFoundException>(() => _client.Containers.FindAsync("nobody", "/data/none"));
    }

    [Fact]
    public async Task ReadFileAsync_follows_link_and_refuses_directory()
    {
        var (id, directory) = await NeverStartedAsync();
        await File.WriteAllTextAsync($"{directory}/real.txt", "hello");
        File.CreateSymbolicLink($"{directory}/link.txt", "real.txt");

        var dir = (await _client.Containers.FindAsync(id, "/data")).ShouldNotBeNull();
        (dir.Mode & Directories).ShouldBe(Directories);
        dir.IsRegularFile.ShouldBeFalse();
        var link = (await _client.Containers.FindAsync(id, "/data/link.txt")).ShouldNotBeNull();
        link.IsSymbolicLink.ShouldBeTrue();
        link.LinkTarget.ShouldBe("/data/real.txt");
        Encoding.UTF8.GetString((await _client.Containers.ReadFileAsync(id, "/data/link.txt", 100)).ShouldNotBeNull())
            .ShouldBe("hello");
        await Should.ThrowAsync<InvalidDataException>(() => _client.Containers.ReadFileAsync(id, "/data", 100));
    }

    [Fact]
    public async Task ReadFileAsync_refuses_file_above_permitted_size()
    {
        var (id, directory) = await NeverStartedAsync();
        await File.WriteAllTextAsync($"{directory}/f", "12345");

        (await Should.ThrowAsync<InvalidDataException>(
            () => _client.Containers.ReadFileAsync(id, "/data/f", 4))).Message.ShouldContain("5 bytes");
        (await _client.Containers.ReadFileAsync(id, "/data/f", 5)).ShouldNotBeNull().Length.ShouldBe(5);
    }

    [Fact]
    public async Task ReadFileAsync_returns_empty_content_for_empty_file()
    {
        var (id, directory) = await NeverStartedAsync();
        await File.WriteAllBytesAsync($"{directory}/empty", []);

        (await _client.Containers.ReadFileAsync(id, "/data/empty", 4)).ShouldNotBeNull().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/data")]
    public async Task CopyFileAsync_replaces_file_that_HashFileAsync_reads(string directory)
    {
        var (id, _) = await NeverStartedAsync();
        var content = new byte[700_001];
        Random.Shared.NextBytes(content);
        var sum = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content));

        foreach (var bytes in new[] { 17, content.Length })
        {
            using var source = new MemoryStream(content);
            await _client.Containers.CopyFileAsync(
                id, directory, "correction.jar", source, bytes, DateTimeOffset.UnixEpoch);
        }

        (await _client.Containers.HashFileAsync(id, $"{directory}/correction.jar", content.Length)).ShouldBe(sum);
        (await _client.Containers.HashFileAsync(id, $"{directory}/correction.jar", 17)).ShouldBeNull("another length");
        (await _client.Containers.HashFileAsync(id, $"{directory}/other.jar", 17)).ShouldBeNull();
        using var again = new MemoryStream(content);
        await Should.ThrowAsync<DockerNotFoundException>(
            () => _client.Containers.CopyFileAsync(id, "/nowhere", "x", again, 17, DateTimeOffset.UnixEpoch));
    }

    // A file on a mount, below directories that do not exist yet: on the host afterwards, whether the container runs.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ListAsync_lists_what_CopyFileAsync_wrote_with_its_directories(bool isRunning)
    {
        var (id, directory) = await NeverStartedAsync();
        if (isRunning)
        {
            await _client.Containers.StartContainerAsync(id);
        }

        (await _client.Containers.ListAsync(id, "/data/drydock/uid")).ShouldBeNull();
        foreach (var name in (string[])["drydock/uid/3-a/T1", "drydock/uid/3-a/Jar/1/closed"])
        {
            using var source = new MemoryStream("3-a\n"u8.ToArray());
            await _client.Containers.CopyFileAsync(id, "/data", name, source, source.Length, DateTimeOffset.UnixEpoch);
        }

        (await File.ReadAllTextAsync($"{directory}/drydock/uid/3-a/T1")).ShouldBe("3-a\n");
        (await _client.Containers.ListAsync(id, "/data/drydock/uid")).ShouldNotBeNull().Select(n => n.TrimEnd('/'))
            .ShouldBe(
                ["uid", "uid/3-a", "uid/3-a/Jar", "uid/3-a/Jar/1", "uid/3-a/Jar/1/closed", "uid/3-a/T1"],
                ignoreOrder: true);
        await Should.ThrowAsync<DockerNotFoundException>(() => _client.Containers.ListAsync("nobody", "/data"));
    }

    [Fact]
    public async Task CopyFileAsync_makes_the_directories_of_a_path_in_a_bind()
    {
        const string Path = "drydock/00000003-0000-4000-8000-000000000000/words/Approve-StopOld-oms-a@01234567.1";
        var (id, directory) = await NeverStartedAsync();
        using var source = new MemoryStream("mine"u8.ToArray());

        await _client.Containers.CopyFileAsync(id, "/data", Path, source, 4, DateTimeOffset.UnixEpoch);

        (await File.ReadAllTextAsync($"{directory}/{Path}")).ShouldBe("mine");
        (await _client.Containers.ReadFileAsync(id, $"/data/{Path}", 100)).ShouldBe("mine"u8.ToArray());
        (await _client.Containers.ReadFileAsync(id, $"/data/{Path}.2", 100)).ShouldBeNull();
        await _client.Containers.StartContainerAsync(id);
        using var again = new MemoryStream("more"u8.ToArray());
        await _client.Containers.CopyFileAsync(id, "/data", $"{Path}.2", again, 4, DateTimeOffset.UnixEpoch);
        (await File.ReadAllTextAsync($"{directory}/{Path}.2")).ShouldBe("more", "it runs");
    }

    private async Task<(string Id, string Directory)> NeverStartedAsync()
    {
        var directory = Directory.CreateDirectory($"{daemon.Root}/bind-{Guid.NewGuid():N}").FullName;
        var id = await daemon.CreateIdleAsync(
            _client,
            options => options["HostConfig"]!["Mounts"] = new JsonArray(DockerDaemonFixture.Mount(directory)));
        return (id, directory);
    }
}
