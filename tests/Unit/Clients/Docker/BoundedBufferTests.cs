using Drydock.Clients.Docker;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class BoundedBufferTests
{
    [Fact]
    public void Buffer_keeps_first_and_last_bytes_and_counts_rest()
    {
        for (var limit = 0; limit <= 9; limit++)
        {
            for (var total = 0; total <= 25; total++)
            {
                for (var piece = 1; piece <= Math.Max(1, total); piece++)
                {
                    var data = Enumerable.Range(0, total).Select(i => (byte)i).ToArray();
                    var buffer = new BoundedBuffer(limit);
                    foreach (var chunk in data.Chunk(piece))
                    {
                        buffer.Append(chunk);
                    }

                    var output = buffer.ToOutput();
                    var head = Math.Min(total, limit - (limit / 2));
                    var tail = Math.Min(total - head, limit / 2);
                    output.Head.ToArray().ShouldBe(data[..head], $"limit {limit}, total {total}, pieces of {piece}");
                    output.Tail.ToArray().ShouldBe(
                        data[(total - tail)..], $"limit {limit}, total {total}, pieces of {piece}");
                    output.OmittedBytes.ShouldBe(total - head - tail);
                    output.TotalBytes.ShouldBe(total);
                }
            }
        }
    }

    [Fact]
    public void Kept_text_says_what_is_missing_and_only_then()
    {
        new BoundedOutput { Head = "ab"u8.ToArray(), Tail = "cd"u8.ToArray() }.Text.ShouldBe("abcd");
        new BoundedOutput { Head = "ab"u8.ToArray(), Tail = "cd"u8.ToArray(), OmittedBytes = 7 }.Text.ShouldBe(
            "ab\n[7 bytes omitted]\ncd");
        new BoundedOutput { Head = new byte[] { 0xC3 }, Tail = new byte[] { 0xA4 } }.Text.ShouldBe("ä");
    }
}
