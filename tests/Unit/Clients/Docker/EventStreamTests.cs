using Drydock.Clients.Docker;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class EventStreamTests
{
    private const string Start = """{"Type":"container","Action":"start","Actor":{"ID":"c1","Attributes":{}},"timeNano":1}""";

    [Fact]
    public async Task Stream_without_until_that_ends_is_engine_unreachable()
    {
        await using var engine = FakeEngine.Speaking(exchange => exchange.ReplyLinesAsync(Start));
        await using var client = engine.Client();
        var seen = new List<Message>();

        await Should.ThrowAsync<DockerUnreachableException>(
            () => CollectAsync(client, new ContainerEventsParameters(), seen));

        seen.ShouldHaveSingleItem().Action.ShouldBe("start");
    }

    [Fact]
    public async Task A_stream_with_an_end_ends_there()
    {
        await using var engine = FakeEngine.Speaking(exchange => exchange.ReplyLinesAsync(Start));
        await using var client = engine.Client();
        var seen = new List<Message>();

        await CollectAsync(
            client, new ContainerEventsParameters { Until = DateTimeOffset.UnixEpoch.AddSeconds(5) }, seen);

        seen.Count.ShouldBe(1);
        engine.Requests[1].ShouldBe("GET /v1.41/events?until=5.000000000");
    }

    [Fact]
    public async Task Broken_connection_throws_even_with_until()
    {
        await using var engine = FakeEngine.Speaking(async exchange =>
        {
            await exchange.BeginLinesAsync(Start);
            exchange.Close();
        });
        await using var client = engine.Client();

        await Should.ThrowAsync<DockerUnreachableException>(
            () =>
                CollectAsync(
                    client, new ContainerEventsParameters { Until = DateTimeOffset.UnixEpoch.AddSeconds(5) }, []));
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

        await CollectAsync(client, new ContainerEventsParameters { Until = DateTimeOffset.UnixEpoch }, seen);

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
            new DockerClientOptions { StreamIdleProbe = TimeSpan.FromMilliseconds(10), RequestTimeout = TimeSpan.FromMilliseconds(100) });

        var failure = await Should.ThrowAsync<DockerUnreachableException>(
            () => CollectAsync(client, new ContainerEventsParameters(), []));

        failure.Message.ShouldContain("silence");
        failure.Message.ShouldContain("does not answer");
    }

    [Fact]
    public async Task Exec_wait_inspects_own_end_and_ignores_others()
    {
        var looks = 0;
        await using var engine =
            FakeEngine.Speaking(exchange => exchange.Path.StartsWith("/v1.41/events", StringComparison.Ordinal)
            ? exchange.ReplyLinesAsync(ExecDie("other"), ExecDie("e1"))
            : exchange.ReplyAsync(200, ++looks <= 2 ? """{"ID":"e1","Running":true}""" : """{"ID":"e1","Running":false,"ExitCode":6}"""));
        await using var client = engine.Client();

        (await client.WaitContainerExecAsync("c1", "e1")).ExitCode.ShouldBe(6);

        looks.ShouldBe(3);
    }

    [Fact]
    public async Task Exec_wait_returns_at_once_when_never_started()
    {
        await using var engine = FakeEngine.Speaking(exchange => exchange.ReplyAsync(200, """{"ID":"e1","Running":false,"ExitCode":null}"""));
        await using var client = engine.Client();

        (await client.WaitContainerExecAsync("c1", "e1")).NotStarted.ShouldBeTrue();
    }

    private static string ExecDie(string exec) =>
        $$$"""{"Type":"container","Action":"exec_die","Actor":{"ID":"c1","Attributes":{"execID":"{{{exec}}}","exitCode":"6"}},"timeNano":2}""";

    private static async Task CollectAsync(
        IDockerClient client, ContainerEventsParameters parameters, List<Message> seen)
    {
        await foreach (var message in client.System.MonitorEventsAsync(parameters))
        {
            seen.Add(message);
        }
    }
}
