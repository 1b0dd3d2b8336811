namespace Drydock.Tests.Integration.Pages;

public sealed class PageBlockTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Blocks_with_commands_are_scripts_and_others_are_not()
    {
        var blocks = await ReadAsync(
            """
            # Title
            ```
            first
            ```
            ## Second
            text
            ```yaml
            kind: X
            ```
            ````bash
            ```
            ````
            """);

        blocks.Select(b => (b.Place, b.Language, b.Heading, b.Script)).ShouldBe(
            [
                ("page.md:2", "", "Title", "first"), ("page.md:7", "yaml", "Second", null),
                ("page.md:10", "bash", "Second", "```")
            ]);
    }

    [Fact]
    public async Task Markers_change_the_block_that_follows()
    {
        var blocks = await ReadAsync(
            """
            <!-- test: one => two; the lab has two -->
            <!-- test: before prepare; the page assumes it -->
            <!-- test: after
                 check; the result is compared -->

            ```
            one
            ```
            <!-- test: skip; there is no browser -->
            ```
            open
            ```
            ```
            one
            ```
            """);

        blocks.Select(b => b.Script).ShouldBe(["prepare\ntwo\ncheck", null, "one"]);
        blocks[0].Text.ShouldBe("one");
    }

    [Theory]
    [InlineData("<!-- test: one => two -->\n```\none\n```\n", "gives no reason")]
    [InlineData("<!-- test: absent => two; why -->\n```\none\n```\n", "occurs in the block")]
    [InlineData("<!-- test: skip; why -->\ntext\n```\none\n```\n", "does not stand before a fenced block")]
    [InlineData("```\none\n```\n<!-- test: skip; why -->\n", "does not stand before a fenced block")]
    public async Task Useless_marker_is_refused(string page, string message) =>
        (await Should.ThrowAsync<LabException>(() => ReadAsync(page))).Message.ShouldContain(message);

    private static async Task<IReadOnlyList<PageBlock>> ReadAsync(string text)
    {
        var folder = Directory.CreateTempSubdirectory("drydock-page-").FullName;
        try
        {
            var path = Path.Combine(folder, "page.md");
            await File.WriteAllTextAsync(path, text, Token);
            return PageBlock.Read(path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
