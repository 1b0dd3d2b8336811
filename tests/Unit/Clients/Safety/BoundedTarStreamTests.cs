using System.Formats.Tar;

namespace Drydock.Tests.Unit.Clients.Safety;

public sealed class BoundedTarStreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.Ustar)]
    public async Task Regular_tar_is_read_unchanged(TarEntryFormat format)
    {
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, format, leaveOpen: true))
        {
            foreach (var (name, text) in new[]
            {
                (new string('n', format == TarEntryFormat.Ustar ? 90 : 300), "one"), ("empty", ""),
                ("b", new string('x', 2000))
            })
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                    _ => new UstarTarEntry(TarEntryType.RegularFile, name),
                };
                entry.DataStream = new MemoryStream(Encoding.ASCII.GetBytes(text));
                await writer.WriteEntryAsync(entry, Token);
            }
        }

        tar.Position = 0;
        var read = new List<long>();
        await using var reader = new TarReader(new BoundedTarStream(tar, "a tar", 1 << 20));
        while (await reader.GetNextEntryAsync(copyData: true, Token) is { } entry)
        {
            read.Add(entry.Length);
        }

        read.ShouldBe([3, 0, 2000]);
    }

    [Fact]
    public async Task File_length_from_attributes_is_used()
    {
        const long Length = 9L << 30;
        var record = $" size={Length}\n";
        var attributes = $"{record.Length + 2}{record}";
        using var tar = new MemoryStream([.. Header('x', attributes.Length), .. Padded(attributes), .. Header('0', 0)]);
        await using var reader = new TarReader(new BoundedTarStream(tar, "a tar", long.MaxValue));

        (await reader.GetNextEntryAsync(copyData: false, Token)).ShouldNotBeNull().Length.ShouldBe(Length);
    }

    [Theory]
    [InlineData('x', 0x7fff_ffffL)]
    [InlineData('g', 0x7fff_ffffL)]
    [InlineData('L', 0x7fff_ffffL)]
    [InlineData('K', BoundedTarStream.MaxHeaderBytes + 1L)]
    public async Task Headers_of_any_length_are_refused_before_they_are_read(char type, long length)
    {
        using var tar = new MemoryStream(Header(type, length));
        await using var reader = new TarReader(new BoundedTarStream(tar, "oms.tar on oms-a", long.MaxValue));

        (await Should.ThrowAsync<InvalidDataException>(
                async () => await reader.GetNextEntryAsync(copyData: false, Token)))
            .Message.ShouldBeWorded();
    }

    [Fact]
    public async Task An_endless_entry_is_read_up_to_the_limit()
    {
        var tar = new Endless(Header('0', 1L << 40));
        await using var reader = new TarReader(new BoundedTarStream(tar, "a tar", 1 << 20));
        var entry = (await reader.GetNextEntryAsync(copyData: false, Token)).ShouldNotBeNull();

        (await Should.ThrowAsync<InvalidDataException>(() => entry.DataStream!.CopyToAsync(Stream.Null, Token)))
            .Message.ShouldBeWorded();
        tar.Given.ShouldBeLessThan((1 << 20) + (1 << 18));
    }

    [Fact]
    public async Task Entries_without_end_are_refused()
    {
        await using var tar = new BoundedTarStream(new Endless([], Header('0', 0)), "a tar", long.MaxValue);

        (await Should.ThrowAsync<InvalidDataException>(() => tar.CopyToAsync(Stream.Null, Token)))
            .Message.ShouldBeWorded();
    }

    private static byte[] Padded(string text) =>
        [.. Encoding.ASCII.GetBytes(text), .. new byte[(512 - (text.Length % 512)) % 512]];

    private static byte[] Header(char type, long size)
    {
        var block = new byte[512];
        "entry"u8.CopyTo(block);
        "0000644\0"u8.CopyTo(block.AsSpan(100));
        "0000000\0"u8.CopyTo(block.AsSpan(108));
        "0000000\0"u8.CopyTo(block.AsSpan(116));
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0'))
            .AsSpan(0, Math.Min(12, Math.Max(11, Convert.ToString(size, 8).Length)))
            .CopyTo(block.AsSpan(124));
        "00000000000\0"u8.CopyTo(block.AsSpan(136));
        block[156] = (byte)type;
        "ustar\0"u8.CopyTo(block.AsSpan(257));
        "00"u8.CopyTo(block.AsSpan(263));
        block.AsSpan(148, 8).Fill((byte)' ');
        var sum = block.Sum(b => b);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(block, 148);
        return block;
    }

    // Gives a beginning, and then the same bytes again and again.
    private sealed class Endless(byte[] begin, byte[]? again = null) : MemoryStream
    {
        private readonly byte[] _again = again ?? new byte[512];

        public long Given { get; private set; }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var length = buffer.Length;
            while (!buffer.IsEmpty)
            {
                var rest = Given < begin.Length
                    ? begin.AsSpan((int)Given)
                    : _again.AsSpan((int)((Given - begin.Length) % _again.Length));
                rest = rest[..Math.Min(rest.Length, buffer.Length)];
                rest.CopyTo(buffer);
                buffer = buffer[rest.Length..];
                Given += rest.Length;
            }

            return length;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span));

        public override string ToString() => Given.ToString(CultureInfo.InvariantCulture);
    }
}
