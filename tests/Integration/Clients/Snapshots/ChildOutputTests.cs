namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>Reading a child's output by reads that nothing but the child's end ends.</summary>
public sealed class ChildOutputTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Child_output_is_consumed_complete_and_in_order()
    {
        using var child = Start("yes 0123456789abcde | head -c 20000000");
        using var consumed = new MemoryStream();
        var total = await ReadAhead.RunAsync(
            "head"u8.ToArray(), child.Output, async (piece, token) => await consumed.WriteAsync(piece, token), Token);
        (await child.Exited).ShouldBe(0);
        total.ShouldBe(20_000_004);
        var bytes = consumed.ToArray();
        bytes.Length.ShouldBe(20_000_004);
        bytes.AsSpan(0, 4).SequenceEqual("head"u8).ShouldBeTrue();
        Enumerable.Range(0, 20_000_000 / 16)
            .All(i => bytes.AsSpan(4 + (16 * i), 16).SequenceEqual("0123456789abcde\n"u8)).ShouldBeTrue();
    }

    [Fact]
    public async Task Stream_is_consumed_complete_and_fails_as_the_stream_does()
    {
        var content = RandomNumberGenerator.GetBytes(3_000_001);
        using var consumed = new MemoryStream();
        (await ReadAhead.RunAsync(
            default, new MemoryStream(content), async (piece, token) => await consumed.WriteAsync(piece, token), Token))
            .ShouldBe(content.Length);
        consumed.ToArray().ShouldBe(content);

        var broken = new LimitedStream(new MemoryStream(content), 2_000_000, () => new InvalidDataException("no more"));
        (await Should.ThrowAsync<InvalidDataException>(() => ReadAhead.RunAsync(
            default, broken, (_, _) => ValueTask.CompletedTask, Token))).Message.ShouldBe("no more");
    }

    [Fact]
    public async Task Cancellation_during_silent_child_output_kills_the_child()
    {
        using var child = Start("echo begun; exec sleep 100000");
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var copy = ReadAhead.RunAsync(default, child.Output, (_, _) => ValueTask.CompletedTask, cancel.Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => copy);
        (await child.Exited).ShouldNotBe(0);
    }

    [Fact]
    public async Task Failing_consumer_during_silent_child_output_kills_the_child()
    {
        using var child = Start("head -c 200000 /dev/zero; exec sleep 100000");
        var copy = ReadAhead.RunAsync(
            default, child.Output, (_, _) => throw new InvalidDataException("no more"), Token);
        (await Should.ThrowAsync<InvalidDataException>(() => copy)).Message.ShouldBe("no more");
        (await child.Exited).ShouldNotBe(0);
    }

    private static ChildProcess Start(string script)
    {
        var child = ChildProcess.Start("setpriv", "sh", ["-c", script], redact: "");
        child.StandardInput.Close();
        return child;
    }
}
