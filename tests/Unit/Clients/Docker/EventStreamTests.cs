using Docker.DotNet.Models;

namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class EventStreamTests
{
    private const string Start =
        """{"Type":"container","Action":"start","Actor":{"ID":"c1","Attributes":{}},"timeNano":1}""";

    [Fact]
    public async Task Stream_that_ends_is_engine_unreachable()
    {
        await using var engine = FakeEngine.Speaking(exchange => exchange.ReplyLinesAsync(Start));
        await using var client = engine.Client();
        var seen = new List<Message>();

        await Should.ThrowAsync<DockerUnreachableException>(
            () => CollectAsync(client, seen));

        seen.ShouldHaveSingleItem().Action.ShouldBe("start");
    }

    [Fact]
    public async Task Events_are_asked_for_by_filter_and_time_and_have_a_bare_verb()
    {
        await using var engine = FakeEngine.Speaking(exchange => exchange.ReplyLinesAsync(
            """{"Type":"container","Action":"exec_create: sh -c secret: x","Actor":{"ID":"c1","Attributes":null},"timeNano":1}"""));
        await using var client = engine.Client();
        var seen = new List<Message>();
        var filters = new Dictionary<string, IReadOnlyList<string>> { ["event"] = ["die", "exec_die"] };

        await Should.ThrowAsync<DockerUnreachableException>(
            () => CollectAsync(client, seen, filters, DateTimeOffset.UnixEpoch.AddSeconds(5.25)));

        var only = seen.ShouldHaveSingleItem();
        (only.Action, only.Actor.Attributes.Count).ShouldBe(("exec_create", 0));
        Uri.UnescapeDataString(engine.Requests[1])
            .ShouldBe("""GET /v1.41/events?since=5.2500000&filters={"event":{"die":true,"exec_die":true}}""");
    }

    [Fact]
    public async Task Event_is_told_before_the_next_one_comes()
    {
        var told = new TaskCompletionSource();
        await using var engine = FakeEngine.Speaking(async exchange =>
        {
            await exchange.BeginLinesAsync(Start);
            await told.Task.WaitAsync(exchange.Stop);
            await exchange.RawAsync($"{Start.Length + 1:x}\r\n{Start}\n\r\n0\r\n\r\n");
        });
        await using var client = engine.Client();
        var seen = 0;

        await Should.ThrowAsync<DockerUnreachableException>(async () =>
        {
            await foreach (var _ in client.System.MonitorEventsAsync(new Dictionary<string, IReadOnlyList<string>>()))
            {
                seen++;
                told.TrySetResult();
            }
        });

        seen.ShouldBe(2);
    }

    [Theory]
    [InlineData("an event\n")]
    [InlineData("[]\n")]
    public async Task Line_that_is_no_event_is_protocol_error(string line)
    {
        await using var engine = FakeEngine.Speaking(
            exchange => exchange.ReplyAndCloseAsync(System.Text.Encoding.UTF8.GetBytes(line)));
        await using var client = engine.Client();

        await Should.ThrowAsync<DockerProtocolException>(() => CollectAsync(client, []));
    }

    [Fact]
    public async Task Line_without_end_is_not_kept()
    {
        await using var engine = FakeEngine.Speaking(async exchange =>
        {
            await exchange.RawAsync("HTTP/1.1 200 OK\r\n\r\n{\"Type\":\"");
            var piece = new byte[1 << 20];
            piece.AsSpan().Fill((byte)'x');
            while (true)
            {
                await exchange.RawAsync(piece);
            }
        });
        await using var client = engine.Client();

        (await Should.ThrowAsync<DockerProtocolException>(() => CollectAsync(client, []))).Message
            .ShouldBeWorded(engine.SocketPath);
    }

    [Theory]
    [InlineData("{\"Type\":\"contai")]
    [InlineData("{\"Type\":\"container\",\"Action\":\"start\",\"Actor\":{\"ID\":\"c1\"")]
    public async Task Stream_that_ends_inside_a_line_is_a_broken_one(string half)
    {
        await using var engine = FakeEngine.Speaking(
            exchange => exchange.ReplyAndCloseAsync(System.Text.Encoding.UTF8.GetBytes($"{Start}\n{half}")));
        await using var client = engine.Client();
        var seen = new List<Message>();

        (await Should.ThrowAsync<DockerUnreachableException>(() => CollectAsync(client, seen))).Message
            .ShouldContain("inside a line");

        seen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Broken_connection_is_engine_unreachable()
    {
        await using var engine = FakeEngine.Speaking(async exchange =>
        {
            await exchange.BeginLinesAsync(Start);
            exchange.Close();
        });
        await using var client = engine.Client();

        await Should.ThrowAsync<DockerUnreachableException>(() => CollectAsync(client, []));
    }

    [Fact]
    public async Task Silent_stream_continues_while_pings_are_answered()
    {
        var pings = 0;
        var enough = new TaskCompletionSource();
        await using var engine = new FakeEngine(async exchange =>
        {
            if (exchange.Path == "/_ping")
            {
                // The first one is the negotiation's.
                if (++pings == 4)
                {
                    enough.SetResult();
                }

                await exchange.ReplyAsync(200, "OK", "Api-Version: 1.41");
                return;
            }

            await exchange.BeginLinesAsync();
            await enough.Task.WaitAsync(exchange.Stop);
            await exchange.RawAsync($"{Start.Length + 1:x}\r\n{Start}\n\r\n0\r\n\r\n");
        });
        await using var client =
            engine.Client(new DockerClientOptions { StreamIdleProbe = TimeSpan.FromMilliseconds(10) });
        var seen = new List<Message>();

        await Should.ThrowAsync<DockerUnreachableException>(() => CollectAsync(client, seen));

        seen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_silent_stream_ends_when_a_ping_is_not_answered()
    {
        var pings = 0;
        await using var engine = new FakeEngine(async exchange =>
        {
            if (exchange.Path == "/_ping" && ++pings == 1)
            {
                await exchange.ReplyAsync(200, "OK", "Api-Version: 1.41");
                return;
            }

            if (exchange.Path != "/_ping")
            {
                await exchange.BeginLinesAsync();
            }

            await Task.Delay(Timeout.Infinite, exchange.Stop);
        });
        await using var client = engine.Client(
            new DockerClientOptions
            {
                StreamIdleProbe = TimeSpan.FromMilliseconds(10),
                RequestTimeout = TimeSpan.FromMilliseconds(100)
            });

        var failure = await Should.ThrowAsync<DockerUnreachableException>(
            () => CollectAsync(client, []));

        failure.Message.ShouldContain("does not answer");
    }

    [Fact]
    public async Task Exec_wait_inspects_own_end_and_ignores_others()
    {
        var looks = 0;
        await using var engine =
            FakeEngine.Speaking(exchange => exchange.Path.StartsWith("/v1.41/events", StringComparison.Ordinal)
            ? exchange.ReplyLinesAsync(ExecDie("other"), ExecDie("e1"))
            : exchange.ReplyAsync(
                200, ++looks <= 2 ? """{"ID":"e1","Running":true}""" : """{"ID":"e1","Running":false,"ExitCode":6}"""));
        await using var client = engine.Client();

        (await client.WaitContainerExecAsync("c1", "e1")).ExitCode.ShouldBe(6);

        looks.ShouldBe(3);
    }

    [Fact]
    public async Task Exec_wait_returns_at_once_when_never_started()
    {
        await using var engine = FakeEngine.Speaking(
            exchange => exchange.ReplyAsync(200, """{"ID":"e1","Running":false,"ExitCode":null}"""));
        await using var client = engine.Client();

        (await client.WaitContainerExecAsync("c1", "e1")).NotStarted.ShouldBeTrue();
    }

    private static string ExecDie(string exec) =>
        $$$"""{"Type":"container","Action":"exec_die","Actor":{"ID":"c1","Attributes":{"execID":"{{{exec}}}","exitCode":"6"}},"timeNano":2}""";

    private static async Task CollectAsync(
        DockerClient client,
        List<Message> seen,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? filters = null,
        DateTimeOffset? since = null)
    {
        await foreach (var message in client.System.MonitorEventsAsync(
            filters ?? new Dictionary<string, IReadOnlyList<string>>(), since))
        {
            seen.Add(message);
        }
    }
}
