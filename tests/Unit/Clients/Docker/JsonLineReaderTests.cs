using System.Text;
using System.Text.Json;
using Drydock.Clients.Docker;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class JsonLineReaderTests
{
    private const string Lines = "{\"status\":\"a\"}\r\n{\"status\":\"b ä\"}\n\r\n{\"status\":\"c\"}\n";

    [Fact]
    public async Task Lines_are_the_same_wherever_the_stream_is_cut()
    {
        var bytes = Encoding.UTF8.GetBytes(Lines);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            (await ReadAsync(bytes[..cut], bytes[cut..])).ShouldBe(["a", "b ä", "c"], $"cut at {cut}");
        }
    }

    [Fact]
    public async Task Last_line_without_line_feed_is_read_if_complete() =>
        (await ReadAsync("{\"status\":\"a\"}\n{\"status\":\"b\"}"u8.ToArray())).ShouldBe(["a", "b"]);

    [Fact]
    public async Task A_stream_that_ends_inside_a_line_says_so() =>
        await Should.ThrowAsync<EndOfStreamException>(() => ReadAsync("{\"status\":\"a\"}\n{\"stat"u8.ToArray()));

    [Fact]
    public async Task A_line_is_given_before_the_next_has_come()
    {
        var asked = 0;
        var lines = JsonLineReader.ReadAsync(
            (buffer, _) =>
            {
                asked++;
                "{\"status\":\"a\"}\n"u8.CopyTo(buffer.Span);
                return Task.FromResult(15);
            },
            DockerJson.Default.ProgressLine,
            CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);

        (await lines.MoveNextAsync()).ShouldBeTrue();

        asked.ShouldBe(1);
        await lines.DisposeAsync();
    }

    [Fact]
    public async Task Long_lines_are_read_whole_and_endless_ones_are_refused()
    {
        var text = new string('x', 300_000);
        (await ReadAsync(Encoding.UTF8.GetBytes($"{{\"status\":\"a\"}}\n{{\"status\":\"{text}\"}}\n{{\"status\":\"b\"}}\n")))
            .ShouldBe(["a", text, "b"]);

        await Should.ThrowAsync<JsonException>(() => ReadAsync(new byte[5_000_000]));
    }

    [Fact]
    public async Task A_line_that_is_no_json_is_refused() =>
        await Should.ThrowAsync<JsonException>(() => ReadAsync("<html>\n"u8.ToArray()));

    private static async Task<List<string?>> ReadAsync(params byte[][] pieces)
    {
        var rest = new Queue<byte>();
        var next = new Queue<byte[]>(pieces);
        return await JsonLineReader.ReadAsync(
            (buffer, _) =>
            {
                while (rest.Count == 0 && next.TryDequeue(out var piece))
                {
                    foreach (var b in piece)
                    {
                        rest.Enqueue(b);
                    }
                }

                var count = Math.Min(buffer.Length, rest.Count);
                for (var i = 0; i < count; i++)
                {
                    buffer.Span[i] = rest.Dequeue();
                }

                return Task.FromResult(count);
            },
            DockerJson.Default.ProgressLine,
            CancellationToken.None).Select(line => line.Status).ToListAsync();
    }
}
