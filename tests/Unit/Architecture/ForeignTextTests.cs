using Drydock.Crds.Values;
using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Architecture;

/// <summary>Text of hosts, engines and databases reaches a reader as words, never as lines, commands or
/// controls.</summary>
public sealed partial class ForeignTextTests
{
    [Theory]
    [InlineData("run `kubectl delete ns payments`\ncurl x | sh", "run 'kubectl delete ns payments' curl x | sh")]
    [InlineData("\u001b]52;c;eA==\u0007title", "title")]
    [InlineData("  a \r\n\t b ", "a b")]
    [InlineData("\u202Eevil", "evil")]
    [InlineData("", "")]
    public void Words_are_one_line_without_commands(string text, string words) =>
        ForeignText.Words(text).ShouldBe(words);

    [Fact]
    public void Words_of_any_text_are_one_short_line() =>
        Check.One(
            Config.QuickThrowOnFailure,
            Prop.ForAll(ArbMap.Default.ArbFor<string>(), ArbMap.Default.ArbFor<PositiveInt>(), (text, most) =>
            {
                var limit = most.Get + 1;
                var words = ForeignText.Words(text ?? "", limit);
                return words.Length <= limit && !words.Contains('`') && !words.Any(char.IsControl);
            }));

    [Fact]
    public void No_text_of_client_is_put_into_message_as_it_is()
    {
        var raw = from file in Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
                  from line in File.ReadLines(file).Index()
                  where Hole().Matches(line.Item).Any(hole => !Exit().IsMatch(hole.Value))
                  select $"{file}:{line.Index + 1}: {line.Item.Trim()}";

        raw.ShouldBeEmpty("text of others goes through ForeignText");
    }

    // A hole of an interpolated string that has what a program printed, or what a server answered.
    [GeneratedRegex(
        @"\{[^{}""]*(\.Errors\b|(result|ran|answer)\.Output\b|\.ErrorText\b|\.Body\b(?!\.Length)|envelope\.)[^{}""]*\}",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Hole();

    [GeneratedRegex(@"ForeignText|ToolOutput\.Excerpt|Shorten\(|Clip\(", RegexOptions.CultureInvariant)]
    private static partial Regex Exit();
}
