namespace Drydock.Tests.Unit.Clients.Docker;

/// <summary>A path of a container that the caller reads while it arrives.</summary>
public sealed class ArchiveReadTests
{
    private static readonly string Stat = "X-Docker-Container-Path-Stat: "
        + Convert.ToBase64String("""{"name":"f","size":100000000,"mode":420}"""u8.ToArray());

    [Fact]
    public async Task Engine_that_hangs_inside_an_archive_ends_the_read()
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
                await exchange.RawAsync($"HTTP/1.1 200 OK\r\n{Stat}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n");
            }

            await Task.Delay(Timeout.Infinite, exchange.Stop);
        });
        await using var client = engine.Client(
            new DockerClientOptions
            {
                StreamIdleProbe = TimeSpan.FromMilliseconds(10),
                RequestTimeout = TimeSpan.FromMilliseconds(100)
            });

        (await Should.ThrowAsync<DockerUnreachableException>(
            () => client.Containers.OpenAsync<object>(
                "c1", "/f", async (_, stream) => await stream.ReadAtLeastAsync(new byte[2], 2))))
            .MayHaveBeenProcessed.ShouldBeFalse();
    }

    [Fact]
    public async Task Failure_of_the_reader_is_its_own()
    {
        await using var engine = FakeEngine.Speaking(
            exchange => exchange.Path.Contains("archive", StringComparison.Ordinal)
                ? exchange.ReplyAsync(200, "x", Stat)
                : exchange.ReplyAsync(200, """{"Id":"c1","State":{}}"""));
        await using var client = engine.Client();

        foreach (var failure in new Exception[]
        {
            new DockerNotFoundException("e", "inspect another container", "no such container"),
            new JsonException("a broken manifest"),
            new IOException("a full disk"),
            new InvalidOperationException("a defect"),
        })
        {
            (await Should.ThrowAsync<Exception>(
                () => client.Containers.OpenAsync<string>("c1", "/f", (_, _) => throw failure)))
                .ShouldBeSameAs(failure);
        }
    }

    [Fact]
    public async Task Path_that_does_not_exist_is_told_from_a_container_that_does_not()
    {
        var hasContainer = true;
        await using var engine = FakeEngine.Speaking(exchange =>
            exchange.Path.Contains("archive", StringComparison.Ordinal) || !hasContainer
                ? exchange.ReplyAsync(404, exchange.Method == "HEAD" ? "" : """{"message":"not found"}""")
                : exchange.ReplyAsync(200, """{"Id":"c1","State":{}}"""));
        await using var client = engine.Client();

        (await client.Containers.FindAsync("c1", "/f")).ShouldBeNull();
        (await client.Containers.ReadFileAsync("c1", "/f", 10)).ShouldBeNull();
        hasContainer = false;
        await Should.ThrowAsync<DockerNotFoundException>(() => client.Containers.FindAsync("c1", "/f"));
        await Should.ThrowAsync<DockerNotFoundException>(() => client.Containers.ReadFileAsync("c1", "/f", 10));
    }
}
