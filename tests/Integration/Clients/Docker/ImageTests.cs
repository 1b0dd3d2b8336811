using Docker.DotNet.Models;
using Drydock.Tests.Integration.Clients.Docker.Fixture;

namespace Drydock.Tests.Integration.Clients.Docker;

[Collection(DockerDaemonCollection.Name)]
public sealed class ImageTests(DockerDaemonFixture daemon) : IAsyncDisposable
{
    private readonly DockerClient _client = DockerDaemonFixture.Client(daemon.TlsEndpoint);

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task LoadImageAsync_loads_archive_with_its_original_image_id()
    {
        var image = await SavedImage.CreateAsync(ballastBytes: 2_000_000);
        var archive = await image.ArchiveAsync("drydock/loaded:1");
        using var stream = new MemoryStream(archive);
        var lines = new List<string>();

        await _client.Images.LoadImageAsync(stream, lines.Add);

        lines.ShouldContain(line => line.Contains("Loaded image: drydock/loaded:1", StringComparison.Ordinal));
        stream.Position.ShouldBe(archive.Length);
        var loaded = await _client.Images.InspectImageAsync("drydock/loaded:1");
        loaded.ID.ShouldBe(image.Id);
        loaded.RepoDigests.ShouldBeEmpty();
        (await _client.Images.InspectImageConfigAsync("drydock/loaded:1")).Texts("Env").ShouldBe(["PATH=/bin"]);
    }

    [Fact]
    public async Task LoadImageAsync_of_garbage_fails_although_status_was_200()
    {
        using var garbage = new MemoryStream("this is not an archive"u8.ToArray());

        var failure = await Should.ThrowAsync<DockerStreamException>(
            () => _client.Images.LoadImageAsync(garbage, _ => { }));

        failure.EngineMessage.ShouldNotBeNullOrEmpty();
        failure.Message.ShouldContain(_client.EndpointName);
    }

    [Fact]
    public async Task LoadImageAsync_of_long_garbage_fails_with_engine_message()
    {
        using var garbage = new EndlessGarbage(64L * 1024 * 1024);

        var failure = await Should.ThrowAsync<DockerStreamException>(
            () => _client.Images.LoadImageAsync(garbage, _ => { }));

        failure.EngineMessage.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task LoadImageAsync_with_unreadable_source_fails_and_loads_nothing()
    {
        var image = await SavedImage.CreateAsync(ballastBytes: 3_000_000);
        using var broken = new BreakingStream(await image.ArchiveAsync("drydock/broken:1"), breakAt: 2_500_000);

        var failure = await Should.ThrowAsync<IOException>(() => _client.Images.LoadImageAsync(broken, _ => { }));

        failure.Message.ShouldContain(BreakingStream.Reason);
        await Should.ThrowAsync<DockerNotFoundException>(() => _client.Images.InspectImageAsync("drydock/broken:1"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300_000)]
    public async Task LoadImageAsync_of_archive_that_was_replaced_after_hashing_loads_nothing(int padding)
    {
        var hashed = await (await SavedImage.CreateAsync(ballastBytes: 1_000_000)).ArchiveAsync("drydock/replaced:1");
        byte[] sent =
        [
            .. await (await SavedImage.CreateAsync(ballastBytes: 1_000_000)).ArchiveAsync("drydock/replaced:1"),
            .. new byte[padding]
        ];
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(hashed));
        await using var sending = new CheckedStream(new MemoryStream(sent), sent.Length, sha256, () =>
            new SnapshotException(SnapshotFailure.ChecksumMismatch, "It changed."));

        var failure = await Should.ThrowAsync<SnapshotException>(
            () => _client.Images.LoadImageAsync(sending, _ => { }));

        failure.Message.ShouldBe("It changed.");
        await Should.ThrowAsync<DockerNotFoundException>(() => _client.Images.InspectImageAsync("drydock/replaced:1"));
    }

    [Fact]
    public async Task LoadImageAsync_refuses_truncated_archive()
    {
        var image = await SavedImage.CreateAsync(ballastBytes: 1_000_000);
        var archive = await image.ArchiveAsync("drydock/cut:1");
        using var cut = new MemoryStream(archive, 0, archive.Length / 2);

        await Should.ThrowAsync<DockerStreamException>(() => _client.Images.LoadImageAsync(cut, _ => { }));

        await Should.ThrowAsync<DockerNotFoundException>(() => _client.Images.InspectImageAsync("drydock/cut:1"));
    }

    [Fact]
    public async Task Image_tag_can_be_added_and_removed_without_image()
    {
        await _client.Images.TagImageAsync(
            DockerDaemonFixture.Image, new ImageTagParameters { RepositoryName = "drydock/other", Tag = "2" });
        (await _client.Images.InspectImageAsync(DockerDaemonFixture.Image)).RepoTags.ShouldContain("drydock/other:2");

        await _client.Images.DeleteImageAsync("drydock/other:2");

        await Should.ThrowAsync<DockerNotFoundException>(() => _client.Images.InspectImageAsync("drydock/other:2"));
        (await _client.Images.InspectImageAsync(DockerDaemonFixture.Image)).RepoTags
            .ShouldBe([DockerDaemonFixture.Image]);
    }

    [Fact]
    public async Task DeleteImageAsync_refuses_image_in_use()
    {
        var image = await _client.Images.InspectImageAsync(DockerDaemonFixture.Image);
        await daemon.CreateIdleAsync(_client);

        await Should.ThrowAsync<DockerConflictException>(() => _client.Images.DeleteImageAsync(image.ID));
    }

    [Fact]
    public async Task Image_is_pulled_with_credentials_and_announced_digest()
    {
        var image = await SavedImage.CreateAsync(ballastBytes: 500_000);
        await using var registry = Registry.Start(image, daemon.OutsideAddress);
        var auth =
            new AuthConfig { Username = Registry.User, Password = Registry.Password, ServerAddress = registry.Address };

        var known = await _client.Images.InspectDistributionAsync(registry.Reference, auth);
        await _client.Images.CreateImageAsync(registry.Reference, auth);

        known.Descriptor.Digest.ShouldBe(SavedImage.Digest(image.Manifest));
        known.Platforms.ShouldHaveSingleItem().OS.ShouldBe("linux");
        var pulled = await _client.Images.InspectImageAsync(registry.Reference);
        pulled.ID.ShouldBe(image.Id);
        pulled.RepoDigests.ShouldHaveSingleItem().ShouldEndWith(SavedImage.Digest(image.Manifest));
    }

    [Fact]
    public async Task Wrong_registry_credentials_are_refused_and_hidden()
    {
        await using var registry = Registry.Start(await SavedImage.CreateAsync(), daemon.OutsideAddress);
        var auth = new AuthConfig
        {
            Username = Registry.User,
            Password = "canary-wrong-password-9902",
            ServerAddress = registry.Address
        };

        var asked = await Should.ThrowAsync<DockerApiException>(
            () => _client.Images.InspectDistributionAsync(registry.Reference, auth));
        var pulled = await Should.ThrowAsync<DockerException>(
            () => _client.Images.CreateImageAsync(registry.Reference, auth));

        asked.IsUnauthorized.ShouldBeTrue();
        asked.ToString().ShouldNotContain("canary");
        pulled.ToString().ShouldNotContain("canary");
        pulled.Message.ShouldContain(registry.Reference);
    }

    [Fact]
    public async Task Pull_of_missing_image_or_from_missing_registry_fails()
    {
        await using var registry = Registry.Start(await SavedImage.CreateAsync(), daemon.OutsideAddress);
        var auth =
            new AuthConfig { Username = Registry.User, Password = Registry.Password, ServerAddress = registry.Address };

        var missing = await Should.ThrowAsync<DockerException>(
            () => _client.Images.CreateImageAsync($"{registry.Address}/team/app:2", auth));
        var nobody = await Should.ThrowAsync<DockerException>(
            () => _client.Images.CreateImageAsync($"{daemon.OutsideAddress}:1/team/app:1", auth: null));

        missing.Message.ShouldContain("manifest");
        nobody.Message.ShouldContain("refused");
    }
}
