using Docker.DotNet.Models;
using Version = System.Version;

namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class ApiVersionTests
{
    [Theory]
    [InlineData("1.41", null, "1.41")]
    [InlineData("1.45", "1.12", "1.45")]
    [InlineData("1.51", "1.24", "1.51")]
    [InlineData("1.54", "1.44", "1.51")]
    public void The_highest_version_of_both_is_chosen(string highest, string? lowest, string chosen) =>
        DockerHandler.Choose("e", Version.Parse(highest), Parse(lowest)).ToString().ShouldBe(chosen);

    [Theory]
    [InlineData("1.40", null, "1.40")]
    [InlineData("1.9", null, "1.9")]
    [InlineData("1.24", "1.12", "1.12..1.24")]
    [InlineData("2.0", "1.60", "1.60..2.0")]
    public void Without_common_version_error_names_both_ranges(string highest, string? lowest, string server)
    {
        var refusal = Should.Throw<DockerApiVersionException>(
            () => DockerHandler.Choose("unix:///x", Version.Parse(highest), Parse(lowest)));

        refusal.Message.ShouldContain($"API {server}");
        refusal.Message.ShouldContain("1.41..1.51");
        refusal.Message.ShouldContain("unix:///x");
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.x")]
    [InlineData("-1.2")]
    public async Task Engine_without_valid_version_is_refused(string text)
    {
        await using var engine = FakeEngine.Speaking(
            exchange => exchange.ReplyAsync(200, $$"""{"ApiVersion":"{{text}}"}"""), version: text);
        await using var client = engine.Client();

        (await Should.ThrowAsync<DockerApiVersionException>(() => client.System.GetSystemInfoAsync()))
            .Message.ShouldBeWorded(engine.SocketPath);
    }

    [Fact]
    public async Task The_version_is_agreed_once_and_put_before_every_path()
    {
        await using var engine = FakeEngine.Speaking(exchange => exchange.ReplyAsync(200, "[]"));
        await using var client = engine.Client();

        await client.Containers.ListContainersAsync(new ContainersListParameters());
        await client.Containers.ListContainersAsync(new ContainersListParameters { All = true });

        engine.Requests.ShouldBe(["GET /_ping", "GET /v1.41/containers/json", "GET /v1.41/containers/json?all=1"]);
    }

    [Fact]
    public async Task Newer_engine_is_asked_for_lowest_version()
    {
        await using var engine = FakeEngine.Speaking(
            exchange => exchange.ReplyAsync(
                200, exchange.Path == "/version" ? """{"ApiVersion":"1.70","MinAPIVersion":"1.60"}""" : "[]"),
            version: "1.70");
        await using var client = engine.Client();

        var refusal = await Should.ThrowAsync<DockerApiVersionException>(
            () => client.Containers.ListContainersAsync(new ContainersListParameters()));

        refusal.Message.ShouldContain("1.60..1.70");
        engine.Requests.ShouldBe(["GET /_ping", "GET /version"]);
    }

    [Fact]
    public async Task Engine_with_silent_ping_is_asked_for_version()
    {
        await using var engine = new FakeEngine(exchange => exchange.ReplyAsync(
            200, exchange.Path == "/version" ? """{"ApiVersion":"1.42","MinAPIVersion":"1.12"}""" : "[]"));
        await using var client = engine.Client();

        await client.Containers.ListContainersAsync(new ContainersListParameters());

        engine.Requests.ShouldBe(["GET /_ping", "GET /version", "GET /v1.42/containers/json"]);
    }

    [Fact]
    public async Task Engine_replaced_by_older_one_is_negotiated_again()
    {
        var version = "1.45";
        await using var engine = new FakeEngine(exchange => exchange.Path == "/_ping"
            ? exchange.ReplyAsync(200, "OK", $"Api-Version: {version}")
            : exchange.Path.StartsWith($"/v{version}", StringComparison.Ordinal)
                ? exchange.ReplyAsync(200, "[]")
                : exchange.ReplyAsync(
                    400,
                    $$"""{"message":"client version 1.45 is too new. Maximum supported API version is {{version}}"}"""));
        await using var client = engine.Client();
        await client.Containers.ListContainersAsync(new ContainersListParameters());
        version = "1.41";

        var refusal = await Should.ThrowAsync<DockerApiVersionException>(
            () => client.Containers.ListContainersAsync(new ContainersListParameters()));
        await client.Containers.ListContainersAsync(new ContainersListParameters());

        refusal.Message.ShouldContain("1.41");
        engine.Requests[^1].ShouldBe("GET /v1.41/containers/json");
    }

    private static Version? Parse(string? text) => text is null ? null : Version.Parse(text);
}
