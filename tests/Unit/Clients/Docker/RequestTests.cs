using Docker.DotNet.Models;

namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class RequestTests
{
    [Fact]
    public async Task Change_with_broken_connection_is_sent_once_with_unknown_outcome()
    {
        await using var engine = FakeEngine.Speaking(exchange =>
        {
            exchange.Close();
            return Task.CompletedTask;
        });
        await using var client =
            engine.Client(new DockerClientOptions { ReadRetries = 5, ReadRetryDelay = TimeSpan.FromMilliseconds(1) });

        // The connection has been used by the negotiation: for such a one SocketsHttpHandler repeats requests by
        // itself, if it is let.
        var failure =
            await Should.ThrowAsync<DockerUnreachableException>(() => client.Containers.StartContainerAsync("c1"));

        failure.MayHaveBeenProcessed.ShouldBeTrue();
        engine.Requests.ShouldBe(["GET /_ping", "POST /v1.41/containers/c1/start"]);
    }

    [Fact]
    public async Task A_removal_whose_connection_breaks_is_sent_once_too()
    {
        await using var engine = FakeEngine.Speaking(exchange =>
        {
            exchange.Close();
            return Task.CompletedTask;
        });
        await using var client = engine.Client();

        await Should.ThrowAsync<DockerUnreachableException>(
            () => client.Containers.RemoveContainerAsync("c1", new ContainerRemoveParameters { Force = true }));

        engine.Requests.ShouldBe(["GET /_ping", "DELETE /v1.41/containers/c1?force=1"]);
    }

    [Fact]
    public async Task A_read_is_repeated_after_transient_failures()
    {
        var attempts = 0;
        await using var engine = FakeEngine.Speaking(exchange => ++attempts switch
        {
            1 => exchange.ReplyAsync(503, "busy"),
            2 => exchange.ReplyAndCloseAsync("{\"Id\""u8.ToArray()),
            _ => exchange.ReplyAsync(200, """{"Id":"c1","State":{}}"""),
        });
        await using var client =
            engine.Client(new DockerClientOptions { ReadRetries = 3, ReadRetryDelay = TimeSpan.FromMilliseconds(1) });

        // The second answer is whole for HTTP, but no JSON: that is not transient.
        await Should.ThrowAsync<DockerProtocolException>(() => client.Containers.InspectContainerAsync("c1"));
        (await client.Containers.InspectContainerAsync("c1")).ID.ShouldBe("c1");

        attempts.ShouldBe(3);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(500)]
    public async Task A_refusal_of_a_read_is_not_repeated(int status)
    {
        await using var engine = FakeEngine.Speaking(exchange => exchange.ReplyAsync(status, """{"message":"no"}"""));
        await using var client =
            engine.Client(new DockerClientOptions { ReadRetries = 3, ReadRetryDelay = TimeSpan.FromMilliseconds(1) });

        await Should.ThrowAsync<DockerApiException>(() => client.Containers.InspectContainerAsync("c1"));

        engine.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_short_call_has_a_limit()
    {
        var time = new ManualTimeProvider();
        var options = new DockerClientOptions { ReadRetries = 0 };
        await using var engine = FakeEngine.Speaking(exchange =>
        {
            time.Advance(options.RequestTimeout);
            return Task.Delay(Timeout.Infinite, exchange.Stop);
        });
        await using var client = engine.Client(options, time);

        var change = await Should.ThrowAsync<DockerTimeoutException>(() => client.Containers.StartContainerAsync("c1"));
        var read = await Should.ThrowAsync<DockerTimeoutException>(() => client.Containers.InspectContainerAsync("c1"));

        change.MayHaveBeenProcessed.ShouldBeTrue();
        change.Message.ShouldBeWorded(engine.SocketPath);
        read.MayHaveBeenProcessed.ShouldBeFalse();
    }

    [Fact]
    public async Task Change_without_negotiated_version_was_not_sent()
    {
        await using var engine = new FakeEngine(exchange =>
        {
            exchange.Close();
            return Task.CompletedTask;
        });
        await using var client = engine.Client();

        (await Should.ThrowAsync<DockerUnreachableException>(
            () => client.Containers.StartContainerAsync("c1"))).MayHaveBeenProcessed
            .ShouldBeFalse();
    }

    [Fact]
    public async Task Cancelling_is_cancelling_and_not_a_failure_of_the_engine()
    {
        using var stop = new CancellationTokenSource();
        await using var engine = FakeEngine.Speaking(async exchange =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, exchange.Stop);
        });
        await using var client = engine.Client();

        (await Should.ThrowAsync<OperationCanceledException>(
            () => client.Containers.StartContainerAsync("c1", stop.Token)))
            .ShouldNotBeOfType<DockerTimeoutException>();
    }

    [Fact]
    public async Task Stop_limit_includes_grace_and_is_absent_without_grace()
    {
        await using var engine = FakeEngine.Speaking(exchange => exchange.ReplyAsync(204, ""));
        var limit = TimeSpan.FromSeconds(47);
        var time = new RecordingTimeProvider();
        await using var client = engine.Client(new DockerClientOptions { RequestTimeout = limit }, time);
        await client.Containers.StartContainerAsync("c1");

        time.DueTimes.Clear();
        (await client.Containers.StopContainerAsync("c1", 30))
            .ShouldBeTrue();
        time.DueTimes.ShouldContain(limit + TimeSpan.FromSeconds(30));

        time.DueTimes.Clear();
        (await client.Containers.StopContainerAsync("c1", null)).ShouldBeTrue();
        (await client.Containers.StopContainerAsync("c1", -1))
            .ShouldBeTrue();
        time.DueTimes.ShouldNotContain(due => due >= limit);

        engine.Requests.TakeLast(3).ShouldBe(
            [
                "POST /v1.41/containers/c1/stop?t=30", "POST /v1.41/containers/c1/stop",
                "POST /v1.41/containers/c1/stop?t=-1"
            ]);
    }

    [Fact]
    public async Task Unready_engine_is_retried_as_configured()
    {
        await using var engine = new FakeEngine(exchange => exchange.ReplyAsync(503, "starting"));
        await using var client =
            engine.Client(new DockerClientOptions { ReadRetries = 2, ReadRetryDelay = TimeSpan.FromMilliseconds(1) });

        await Should.ThrowAsync<DockerApiException>(() => client.System.GetSystemInfoAsync());
        engine.Requests.ShouldBe(["GET /_ping", "GET /_ping", "GET /_ping"]);

        await Should.ThrowAsync<DockerApiException>(() => client.Containers.StartContainerAsync("c1"));
        engine.Requests.Count.ShouldBe(6);
        engine.Requests.ShouldAllBe(request => request == "GET /_ping");
    }

    [Fact]
    public async Task Upload_refused_half_way_reports_engine_reason()
    {
        await using var engine = FakeEngine.Speaking(async exchange =>
        {
            await exchange.ReadSomeAsync(1000);
            await exchange.RawAsync(
                "HTTP/1.1 500 x\r\nContent-Length: 38\r\nConnection: close\r\n\r\n{\"message\":\"no space left on "
                    + "device.\"}");
            exchange.Close();
        });
        await using var client = engine.Client();
        using var archive = new MemoryStream(new byte[32 * 1024 * 1024]);

        var failure = await Should.ThrowAsync<DockerApiException>(
            () => client.Images.LoadImageAsync(archive, _ => { }));

        failure.EngineMessage.ShouldBe("no space left on device.");
        archive.Position.ShouldBeLessThan(archive.Length);
    }

    [Fact]
    public async Task Incomplete_upload_fails_even_when_answer_is_success()
    {
        await using var engine = FakeEngine.Speaking(async exchange =>
        {
            await exchange.ReadSomeAsync(1000);
            await exchange.RawAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            exchange.Close();
        });
        await using var client = engine.Client();

        foreach (var upload in new Func<Stream, Task>[]
        {
            archive => client.Images.LoadImageAsync(archive, _ => { }),
            archive => client.Containers.CopyFileAsync(
                "c1", "/", "a.jar", archive, archive.Length, DateTimeOffset.UnixEpoch),
        })
        {
            using var archive = new MemoryStream(new byte[32 * 1024 * 1024]);
            (await Should.ThrowAsync<DockerUnreachableException>(() => upload(archive))).MayHaveBeenProcessed
                .ShouldBeTrue();
        }
    }

    [Fact]
    public async Task Failure_in_progress_stream_is_a_failure_without_secrets()
    {
        await using var engine = FakeEngine.Speaking(exchange => exchange.ReplyLinesAsync(
            """{"status":"Downloading","progressDetail":{"current":5,"total":10},"id":"l1"}""",
            """{"errorDetail":{"message":"toomanyrequests: canary-pw"},"error":"toomanyrequests"}""",
            """{"status":"never seen"}"""));
        await using var client = engine.Client();

        var failure = await Should.ThrowAsync<DockerStreamException>(
            () => client.Images.CreateImageAsync("app", new AuthConfig { Password = "canary-pw" }));

        failure.EngineMessage.ShouldBe("toomanyrequests: ***");
        engine.Requests[1].ShouldBe("POST /v1.41/images/create?fromImage=app%3Alatest");
    }

    [Fact]
    public async Task Create_error_hides_secrets_of_answer()
    {
        await using var engine = FakeEngine.Speaking(
            exchange => exchange.ReplyAsync(400, """{"message":"invalid environment variable: =canary"}"""));
        await using var client = engine.Client();

        var refusal = await Should.ThrowAsync<DockerApiException>(
            () =>
                client.Containers.CreateContainerAsync(
                    "n", new JsonObject { ["Image"] = "i", ["Env"] = new JsonArray("=canary") }));

        refusal.EngineMessage.ShouldBe("invalid environment variable: =***");
    }

    [Fact]
    public async Task Non_json_answer_is_protocol_error_without_its_content()
    {
        await using var engine = FakeEngine.Speaking(
            exchange => exchange.ReplyAsync(200, """{"Config":{"Env":"canary"}}"""));
        await using var client = engine.Client();

        var failure =
            await Should.ThrowAsync<DockerProtocolException>(() => client.Containers.InspectContainerAsync("c1"));

        failure.ToString().ShouldNotContain("canary");
        failure.Message.ShouldContain("$.Config.Env");
    }

    [Fact]
    public async Task The_registry_credentials_go_in_their_header()
    {
        string? header = null;
        await using var engine = FakeEngine.Speaking(exchange =>
        {
            header = exchange.Header("X-Registry-Auth");
            return exchange.ReplyAsync(200, """{"Descriptor":{"digest":"sha256:00"},"Platforms":[]}""");
        });
        await using var client = engine.Client();

        (await client.Images.InspectDistributionAsync(
            "registry.example/team/app:1", new AuthConfig { Username = "u", Password = "p" })).Descriptor.Digest
            .ShouldBe("sha256:00");

        Encoding.UTF8.GetString(Convert.FromBase64String(header!)).ShouldBe("""{"username":"u","password":"p"}""");
    }
}
