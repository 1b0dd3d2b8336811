using System.Buffers.Binary;
using System.Text;
using Drydock.Clients.Docker;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class MultiplexedFrameParserTests
{
    private static readonly byte[] Whole =
        [.. Frame(1, "hello "), .. Frame(2, "oops"), .. Frame(1, ""), .. Frame(1, "wörld\n"), .. Frame(2, "!")];

    [Fact]
    public void Frames_are_equal_for_any_split_in_two()
    {
        for (var cut = 0; cut <= Whole.Length; cut++)
        {
            Parse(Whole[..cut], Whole[cut..]).ShouldBe(("hello wörld\n", "oops!", true), $"cut at {cut}");
        }
    }

    [Fact]
    public void Frames_are_equal_for_any_split_in_three()
    {
        for (var first = 0; first <= Whole.Length; first++)
        {
            for (var second = first; second <= Whole.Length; second++)
            {
                Parse(Whole[..first], Whole[first..second], Whole[second..]).ShouldBe(
                    ("hello wörld\n", "oops!", true), $"cut at {first} and {second}");
            }
        }
    }

    [Fact]
    public void Frames_are_the_same_byte_by_byte() =>
        Parse([.. Whole.Select(b => new[] { b })]).ShouldBe(("hello wörld\n", "oops!", true));

    [Fact]
    public void Stream_ending_inside_frame_is_not_at_boundary()
    {
        var boundaries = new HashSet<int> { 0, 14, 26, 34, 49, 58 };
        boundaries.Max().ShouldBe(Whole.Length);
        for (var length = 0; length <= Whole.Length; length++)
        {
            Parse(Whole[..length]).AtBoundary.ShouldBe(boundaries.Contains(length), $"after {length} bytes");
        }
    }

    [Fact]
    public void A_frame_of_gigabytes_costs_no_memory_of_its_size()
    {
        var header = new byte[8];
        header[0] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), uint.MaxValue);
        var parser = new MultiplexedFrameParser();
        var given = 0L;

        parser.Feed(header, (_, data, _) => given += data.Length);
        parser.Feed(new byte[1000], (_, data, _) => given += data.Length);

        given.ShouldBe(1000);
        parser.AtBoundary.ShouldBeFalse();
    }

    [Theory]
    [InlineData(new byte[] { 4, 0, 0, 0, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 1, 1, 0, 0, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 72, 84, 84, 80, 47, 49, 46, 49 })]
    public void Bytes_that_are_no_header_are_refused(byte[] header) =>
        Should.Throw<InvalidDataException>(
            () =>
                new MultiplexedFrameParser().Feed(
                    header, (_, _, _) => { })).Message.ShouldContain(Convert.ToHexString(header));

    [Fact]
    public void Engine_error_frame_is_marked()
    {
        var marked = false;

        new MultiplexedFrameParser().Feed(Frame(3, "broken"), (_, _, isEngineError) => marked = isEngineError);

        marked.ShouldBeTrue();
    }

    internal static byte[] Frame(byte source, string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        var frame = new byte[8 + payload.Length];
        frame[0] = source;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), payload.Length);
        payload.CopyTo(frame, 8);
        return frame;
    }

    private static (string Out, string Error, bool AtBoundary) Parse(params byte[][] pieces)
    {
        var parser = new MultiplexedFrameParser();
        var stdout = new List<byte>();
        var stderr = new List<byte>();
        foreach (var piece in pieces)
        {
            parser.Feed(
                piece,
                (source, data, _) =>
                    (source == ContainerOutputSource.StandardError ? stderr : stdout).AddRange(data.Span));
        }

        return (Encoding.UTF8.GetString([.. stdout]), Encoding.UTF8.GetString([.. stderr]), parser.AtBoundary);
    }
}
