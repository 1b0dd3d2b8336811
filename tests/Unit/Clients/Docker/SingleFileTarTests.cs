using System.Formats.Tar;

namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class SingleFileTarTests
{
    private static readonly DateTimeOffset Changed = new(2026, 3, 1, 2, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(70_001)]
    public async Task Content_of_any_length_is_read_back(int bytes)
    {
        var content = Enumerable.Range(0, bytes).Select(i => (byte)(i * 7)).ToArray();
        using var archive = new MemoryStream();
        await using (var tar = new SingleFileTar("修正.jar", bytes, new MemoryStream(content), Changed))
        {
            await tar.CopyToAsync(archive, 333);
        }

        (archive.Length % 512).ShouldBe(0);
        archive.Position = 0;
        await using var reader = new TarReader(archive);
        var entry = (await reader.GetNextEntryAsync(copyData: true)).ShouldNotBeNull();
        (entry.Name, entry.EntryType, entry.Length, entry.ModificationTime, entry.Uid)
            .ShouldBe(("修正.jar", TarEntryType.RegularFile, bytes, Changed, 0));
        entry.Mode.ShouldBe(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        using var read = new MemoryStream();
        await (entry.DataStream ?? Stream.Null).CopyToAsync(read);
        read.ToArray().ShouldBe(content);
        (await reader.GetNextEntryAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Content_that_is_too_short_is_an_error()
    {
        await using var tar = new SingleFileTar("a.jar", 10, new MemoryStream(new byte[9]), Changed);

        (await Should.ThrowAsync<EndOfStreamException>(() => tar.CopyToAsync(Stream.Null))).Message.ShouldBeWorded();
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("../a")]
    [InlineData("a/./b")]
    [InlineData("一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四")]
    public void Name_that_a_header_cannot_hold_is_refused(string name) =>
        Should.Throw<ArgumentException>(() => new SingleFileTar(name, 1, Stream.Null, Changed));
}
