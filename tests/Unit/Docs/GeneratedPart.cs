namespace Drydock.Tests.Unit.Docs;

/// <summary>A part of a page that a test writes, between the comments begin and end with its name.</summary>
internal static class GeneratedPart
{
    /// <param name="word">DRYDOCK_REFRESH with this word writes the part again.</param>
    public static void ShouldBe(string page, string name, string word, string text)
    {
        var (path, begin, end) = (
            Repository.PathOf(page), $"<!-- begin {name}: DRYDOCK_REFRESH={word} writes it -->\n",
            $"<!-- end {name} -->");
        var whole = File.ReadAllText(path);
        whole.ShouldContain(begin);
        whole.ShouldContain(end);
        var written = whole[..(whole.IndexOf(begin, StringComparison.Ordinal) + begin.Length)] + text
            + whole[whole.IndexOf(end, StringComparison.Ordinal)..];
        if (Environment.GetEnvironmentVariable("DRYDOCK_REFRESH") == word)
        {
            File.WriteAllText(path, written);
            return;
        }

        whole.ShouldBe(written, $"Run the test with DRYDOCK_REFRESH={word}.");
    }
}
