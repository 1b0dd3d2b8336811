using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using Drydock.Clients.Docker;
using Drydock.Tests.Integration.Clients.Docker.Fixture;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.Docker;

[SupportedOSPlatform("linux")]
[Collection(DockerDaemonCollection.Name)]
public sealed class ArchiveTests(DockerDaemonFixture daemon) : IAsyncDisposable
{
    private readonly IDockerClient _client = DockerDaemonFixture.Client(daemon.TlsEndpoint);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task ReadFileAsync_reads_host_file_through_never_started_container()
    {
        var (id, directory) = await NeverStartedAsync();
        var content = RandomNumberGenerator.GetBytes(3 * 1024 * 1024);
        await File.WriteAllBytesAsync($"{directory}/big.bin", content);
        File.SetUnixFileMode($"{directory}/big.bin", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        await using var looked = await Stat(id, "/data/big.bin");
        looked.Stream.ShouldBeNull();
        looked.Stat.Size.ShouldBe(content.Length);
        looked.Stat.IsRegularFile.ShouldBeTrue();
        looked.Stat.Permissions.ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        looked.Stat.Mtime.ShouldNotBeNull();
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
        await Should.ThrowAsync<DockerNotFoundException>(() => _client.Containers.ReadFileAsync("nobody", "/data/none", 100));
        await Should.ThrowAsync<DockerNotFoundException>(() => Stat(id, "/data/none"));
    }

    [Fact]
    public async Task ReadFileAsync_follows_link_and_refuses_directory()
    {
        var (id, directory) = await NeverStartedAsync();
        await File.WriteAllTextAsync($"{directory}/real.txt", "hello");
        File.CreateSymbolicLink($"{directory}/link.txt", "real.txt");

        await using var dir = await Stat(id, "/data");
        dir.Stat.IsDirectory.ShouldBeTrue();
        dir.Stat.IsRegularFile.ShouldBeFalse();
        await using var link = await Stat(id, "/data/link.txt");
        link.Stat.IsSymbolicLink.ShouldBeTrue();
        link.Stat.LinkTarget.ShouldBe("/data/real.txt");
        Encoding.UTF8.GetString((await _client.Containers.ReadFileAsync(id, "/data/link.txt", 100)).ShouldNotBeNull()).ShouldBe("hello");
        await Should.ThrowAsync<InvalidDataException>(() => _client.Containers.ReadFileAsync(id, "/data", 100));
    }

    [Fact]
    public async Task ReadFileAsync_refuses_file_above_permitted_size()
    {
        var (id, directory) = await NeverStartedAsync();
        await File.WriteAllTextAsync($"{directory}/f", "12345");

        (await Should.ThrowAsync<InvalidDataException>(() => _client.Containers.ReadFileAsync(id, "/data/f", 4))).Message.ShouldContain("5 bytes");
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
            await _client.Containers.CopyFileAsync(id, directory, "correction.jar", source, bytes, DateTimeOffset.UnixEpoch);
        }

        (await _client.Containers.HashFileAsync(id, $"{directory}/correction.jar", content.Length)).ShouldBe(sum);
        (await _client.Containers.HashFileAsync(id, $"{directory}/correction.jar", 17)).ShouldBeNull("another length");
        (await _client.Containers.HashFileAsync(id, $"{directory}/other.jar", 17)).ShouldBeNull();
        using var again = new MemoryStream(content);
        await Should.ThrowAsync<DockerNotFoundException>(() => _client.Containers.CopyFileAsync(id, "/nowhere", "x", again, 17, DateTimeOffset.UnixEpoch));
    }

    private Task<GetArchiveFromContainerResponse> Stat(string id, string path) =>
        _client.Containers.GetArchiveFromContainerAsync(id, new GetArchiveFromContainerParameters { Path = path }, statOnly: true);

    private async Task<(string Id, string Directory)> NeverStartedAsync()
    {
        var directory = Directory.CreateDirectory($"{daemon.Root}/bind-{Guid.NewGuid():N}").FullName;
        var id = await daemon.CreateIdleAsync(_client, p => p with { HostConfig = p.HostConfig! with { Mounts = [new Mount { Type = "bind", Source = directory, Target = "/data" }] } });
        return (id, directory);
    }
}
