using System.Buffers.Binary;

namespace Drydock.Tests.Unit.Clients.Docker;

/// <summary>The output of an attached command: frames of an 8-byte header (source, three zeros, length) and the
/// payload.</summary>
public sealed class AttachedOutputTests
{
    private const string NotStarted = """{"ID":"e1","Running":false,"ExitCode":null}""";

    [Fact]
    public async Task Both_outputs_are_told_apart_however_the_frames_are_cut()
    {
        byte[] all = [.. Frame(1, "one "), .. Frame(2, "error"), .. Frame(1, ""), .. Frame(1, "two")];
        await using var engine = Engine(exchange => exchange.UpgradeAndCloseAsync([.. all.Chunk(5)]));
        await using var client = engine.Client();

        var output = await AttachAsync(client);

        (output.Stdout, output.Stderr).ShouldBe(("one two", "error"));
    }

    [Theory]
    [InlineData("Error: Exec command e1 is already running\r\n")]
    [InlineData("exec command e1 has already run\r\n")]
    public async Task Start_refused_in_the_output_is_a_conflict(string refusal)
    {
        await using var engine = Engine(exchange => exchange.UpgradeAndCloseAsync(Frame(1, refusal)));
        await using var client = engine.Client();

        await Should.ThrowAsync<DockerConflictException>(() => AttachAsync(client));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    public async Task Output_that_breaks_off_inside_a_frame_is_no_output(int bytes)
    {
        await using var engine = Engine(exchange => exchange.UpgradeAndCloseAsync(Frame(1, "half of it")[..bytes]));
        await using var client = engine.Client();

        (await Should.ThrowAsync<DockerUnreachableException>(() => AttachAsync(client))).MayHaveBeenProcessed
            .ShouldBeTrue();
    }

    [Fact]
    public async Task Error_of_the_engine_inside_the_stream_leaves_the_outcome_unknown()
    {
        await using var engine = Engine(exchange => exchange.UpgradeAndCloseAsync(Frame(3, "the engine failed")));
        await using var client = engine.Client();

        (await Should.ThrowAsync<DockerUnreachableException>(() => AttachAsync(client))).MayHaveBeenProcessed
            .ShouldBeTrue();
    }

    [Fact]
    public async Task Answer_that_opens_no_stream_is_protocol_error()
    {
        await using var engine = Engine(exchange => exchange.ReplyAsync(200, "{}"));
        await using var client = engine.Client();

        (await Should.ThrowAsync<DockerProtocolException>(() => AttachAsync(client))).Message
            .ShouldBeWorded(engine.SocketPath);
    }

    [Fact]
    public async Task Command_that_prints_without_end_is_not_read_to_its_end()
    {
        var much = Frame(1, new string('x', 1 << 20));
        await using var engine = Engine(
            exchange => exchange.UpgradeAndCloseAsync([.. Enumerable.Repeat(much, 66)]));
        await using var client = engine.Client();

        (await Should.ThrowAsync<DockerProtocolException>(() => AttachAsync(client))).Message
            .ShouldBeWorded(engine.SocketPath);
    }

    private static FakeEngine Engine(Func<FakeExchange, Task> start) => FakeEngine.Speaking(
        exchange => exchange.Method == "GET" ? exchange.ReplyAsync(200, NotStarted) : start(exchange));

    private static Task<ContainerExecOutput> AttachAsync(DockerClient client) =>
        client.Exec.StartAndAttachContainerExecAsync("e1", new ContainerExecAttachParameters());

    private static byte[] Frame(byte source, string payload)
    {
        var bytes = Encoding.UTF8.GetBytes(payload);
        var frame = new byte[8 + bytes.Length];
        frame[0] = source;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)bytes.Length);
        bytes.CopyTo(frame, 8);
        return frame;
    }
}
