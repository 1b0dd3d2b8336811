using System.Xml.Linq;
using Drydock.Cli.CommandLine;

namespace Drydock.Tests.Unit.Plugin.Casts;

/// <summary>
/// The pictures of the plugin in docs/images are what it writes today. DRYDOCK_REFRESH=cli draws them again.
/// </summary>
public sealed class CastTests
{
    private const int MostBytes = 200 * 1024;
    private const int MostPixels = 1100;
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. CastScenes.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Picture_is_what_the_plugin_writes(string name)
    {
        var (commands, draw) = CastScenes.All[name];
        var drawn = TerminalDrawing.Draw(await draw(commands));
        var path = Repository.PathOf($"docs/images/{name}.svg");
        if (Environment.GetEnvironmentVariable("DRYDOCK_REFRESH") == "cli")
        {
            await File.WriteAllTextAsync(path, drawn, Token);
        }

        drawn.ShouldBe(await File.ReadAllTextAsync(path, Token));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Commands_of_the_picture_are_commands(string name)
    {
        using var output = new StringWriter();
        foreach (var command in CastScenes.All[name].Commands)
        {
            DrydockCommand.Create(CliRuns.Plain(output)).Parse(command.Split(' ')).Errors.ShouldBeEmpty(command);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Picture_is_small_described_and_needs_nothing_else(string name)
    {
        var text = await File.ReadAllTextAsync(Repository.PathOf($"docs/images/{name}.svg"), Token);
        var root = XDocument.Parse(text).Root!;

        Encoding.UTF8.GetByteCount(text).ShouldBeLessThan(MostBytes);
        ((int)root.Attribute("width")!).ShouldBeLessThanOrEqualTo(MostPixels);
        ((string)root.Attribute("role")!).ShouldBe("img");
        ((string)root.Attribute("aria-labelledby")!).Split(' ')
            .ShouldAllBe(id => root.Elements().Any(e => (string?)e.Attribute("id") == id && e.Value.Length > 0));
        root.DescendantsAndSelf().Select(e => e.Name.LocalName).Distinct()
            .ShouldBeSubsetOf(["svg", "title", "desc", "style", "rect", "path", "circle", "g", "text", "tspan"]);
        text.ShouldNotContain("url(");
        text.ShouldNotContain("@import");
        root.DescendantsAndSelf().Attributes()
            .Where(a => !a.IsNamespaceDeclaration && a.Value.Contains("//", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Animation_shows_each_frame_and_one_without_motion()
    {
        var root = XDocument.Parse(
            await File.ReadAllTextAsync(Repository.PathOf("docs/images/cli-status-watch.svg"), Token)).Root!;
        var frames = root.Elements(Svg + "g").ToList();
        var style = root.Element(Svg + "style")!.Value;

        frames.Count.ShouldBeGreaterThan(5);
        frames.Count(f => ((string)f.Attribute("class")!).Split(' ').Contains("still")).ShouldBe(1);
        style.ShouldContain("prefers-reduced-motion:no-preference");
        Enumerable.Range(0, frames.Count)
            .ShouldAllBe(i => style.Contains($"@keyframes k{i}{{", StringComparison.Ordinal));
        frames.Select(f => f.Value).Distinct(StringComparer.Ordinal).Count()
            .ShouldBe(frames.Count, "each frame shows something else");
    }

    [Fact]
    public void Colours_and_columns_are_read_from_the_text()
    {
        var lines = AnsiText.Lines("a \e[1;91mbc\e[0m  \e[32md\e[39me\n\n\e[90mf\e[0m\n");

        lines.Select(line => string.Join(
            '|', line.Select(r => $"{r.Column}:{r.Text}:{r.Style.Color}{(r.Style.IsBold ? "b" : "")}")))
            .ShouldBe(["0:a :|2:bc:9b|4:  :|6:d:2|7:e:", "", "0:f:8"]);
    }

    [Theory]
    [InlineData("\e[4munderlined")]
    [InlineData("\e[2K")]
    [InlineData("tab\there")]
    public void Text_that_cannot_be_drawn_is_refused(string text) =>
        Should.Throw<FormatException>(() => AnsiText.Lines(text));

    [Fact]
    public void Columns_keep_their_place_and_marks_of_XML_are_escaped()
    {
        var drawn = TerminalDrawing.Draw(new Cast("a & b", "c < d", 20, [new CastFrame("x   <y>\n z", 1)]));

        drawn.ShouldContain("<title id=\"title\">a &amp; b</title>");
        drawn.ShouldContain("""<tspan x="16">x</tspan><tspan x="49.7">&lt;y&gt;</tspan>""");
        drawn.ShouldContain("""<tspan x="24.4">z</tspan>""");
        drawn.ShouldNotContain("@keyframes");
    }
}
