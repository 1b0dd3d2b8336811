using Drydock.CrdGen.Output;
using YamlDotNet.RepresentationModel;
using YamlText = Drydock.CrdGen.Output.YamlText;

namespace Drydock.Tests.Unit.Crds;

public sealed class YamlTextTests
{
    [Theory]
    [InlineData("plain words, with (some) signs.")]
    [InlineData("true")]
    [InlineData("No")]
    [InlineData("null")]
    [InlineData("10")]
    [InlineData("1e3")]
    [InlineData("key: value")]
    [InlineData("a #comment")]
    [InlineData("it's")]
    [InlineData("- item")]
    [InlineData("'quoted'")]
    [InlineData("\"quoted\"")]
    [InlineData("{flow}")]
    [InlineData("心跳 …")]
    [InlineData(" edge ")]
    [InlineData(@"^\d+\.\d+$")]
    [InlineData("two\nlines")]
    public void Any_text_survives_writing_and_reading(string text)
    {
        var written = YamlText.Write("first line", new YamlMap().Add("key", text).Add("after", "x"));
        written.ShouldStartWith("# first line\n");
        var stream = new YamlStream();
        using var reader = new StringReader(written);
        stream.Load(reader);
        YamlToJson.Read(stream.Documents.Single().RootNode)!["key"]!.GetValue<string>().ShouldBe(text);
    }

    [Fact]
    public void Long_line_is_not_folded()
    {
        var text = string.Join(' ', Enumerable.Repeat("word", 500));
        YamlText.Write("c", new YamlMap().Add("key", text)).Split('\n').Length.ShouldBe(3);
    }

    [Fact]
    public void Empty_list_leaves_no_key_and_empty_map_stays() =>
        YamlText.Write("c", new YamlMap().Add("none", null).Add("empty", new List<string>()).Add("map", new YamlMap())
            .Add("zero", 0L).Add("off", false))
            .ShouldBe("# c\nmap: {}\nzero: 0\n'off': false\n");
}
