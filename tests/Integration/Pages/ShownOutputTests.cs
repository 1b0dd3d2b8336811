namespace Drydock.Tests.Integration.Pages;

public sealed class ShownOutputTests
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["198.18.0.3"] = "192.0.2.216",
        ["198.18.0.3:40001"] = "192.0.2.216:2376",
        ["/tmp/lab/repository"] = "/home/you",
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("one\ntwo", "one\ntwo\n")]
    [InlineData("one\n…", "one\ntwo\nthree\n")]
    [InlineData("…\nthree", "one\ntwo\nthree\n")]
    [InlineData("one\n  …\nthree", "one\nthree\n")]
    [InlineData("…\ntwo\n…\nfour\n…", "one\ntwo\nthree\nfour\n")]
    [InlineData("one … four\n…", "one two three four\nfive\n")]
    [InlineData("16:12:01  Held  12/51  down for 1m12s", "07:35:27  Held  12/51  down for 9s")]
    [InlineData("since 2026-11-29T07:35:27Z, about 3 min", "since 2026-11-30T17:00:00Z, about 12 s")]
    [InlineData(
        "plan sha256:1f0c7a52ce8b5e1ba7c3a8a6d0b6f60e0c1d9d0b8f1c2e3d4a5b6c7d8e9f0a1b",
        "plan sha256:0f0c7a52ce8b5e1ba7c3a8a6d0b6f60e0c1d9d0b8f1c2e3d4a5b6c7d8e9f0a1b")]
    [InlineData("DisableHA@1f0c7a52.1", "DisableHA@2e0c7a52.1")]
    [InlineData("StopOld/192-0-2-216   192.0.2.216:2376", "StopOld/198-18-1-13  198.18.1.13:40017")]
    [InlineData("Dumped 1.2 MiB", "Dumped 934 KiB")]
    [InlineData("Checks it as oms/oms-322-to-422-check-x7k2p.", "Checks it as oms/oms-322-to-422-check-bcdfg.")]
    public void What_changes_between_runs_is_not_compared(string shown, string printed) =>
        ShownOutput.Missing(shown, printed).ShouldBeNull();

    [Theory]
    [InlineData("one\ntwo", "one\nother", "two")]
    [InlineData("one", "one\ntwo", "(the end)")]
    [InlineData("one\ntwo", "one", "two")]
    [InlineData("one\n…\nthree", "one\ntwo", "three")]
    [InlineData("…\ntwo\n…\none", "one\ntwo", "one")]
    [InlineData("one … four", "one two\nthree four", "one … four")]
    [InlineData("2.20.7.0-b58", "2.20.8.0-b58", "2.20.7.0-b58")]
    [InlineData("steps 12/51", "steps 13/51", "steps 12/51")]
    [InlineData("DisableHA@1f0c7a52.1", "DisableHA@1f0c7a52.2", "DisableHA@1f0c7a52.1")]
    public void Changed_line_is_named(string shown, string printed, string missing) =>
        ShownOutput.Missing(shown, printed).ShouldBe(missing);

    [Fact]
    public async Task Block_of_a_terminal_belongs_to_the_commands_directly_before_it()
    {
        var blocks = await OnPageAsync(
            "```\none\n```\n\n```console\n1\n```\n```\ntwo\n```\ntext\n```console\n2\n```\n```\nthree\n```\n"
            + "```console\n$ three\n```\n```\nfour\n```\n```console\n```\n",
            PageBlock.Read);

        blocks.Where(block => block.Script is not null).Select(block => block.Shown).ShouldBe(["1", null, null, ""]);
    }

    [Fact]
    public async Task Output_that_differs_is_refused_with_what_was_printed() =>
        (await OnPageAsync("```\nrun\n```\n```console\none\n```\n", page => Should.Throw<LabException>(
            () => new ShownOutput([]) { Refreshes = false }.Check(PageBlock.Read(page)[0], "two\n"))))
        .Message.ShouldSatisfyAllConditions(
            message => message.ShouldStartWith("page.md:1 does not print what the page shows."),
            message => message.ShouldContain("DRYDOCK_REFRESH=pages"),
            message => message.ShouldEndWith("--- not printed in its place:\none\n--- printed:\ntwo"));

    [Fact]
    public async Task Refresh_writes_outputs_that_differ_with_the_names_of_the_page()
    {
        var text = await OnPageAsync(
            "```\none\n```\n```console\n…\n```\n```\ntwo\n```\n```console\nold\nold\n```\n```\nthree\n```\n```console\n"
            + "```\nend\n",
            page =>
            {
                var (shown, blocks) = (new ShownOutput(Names) { Refreshes = true }, PageBlock.Read(page)
                    .Where(block => block.Script is not null).ToList());
                shown.Check(blocks[0], "as before\n");
                shown.Check(
                    blocks[1],
                    "198.18.0.3:40001   NEXT\n198.18.0.3   NEXT\n198.18.0.30  NEXT\nWrote /tmp/lab/repository/a.yaml.  "
                    + "\n");
                shown.Check(blocks[2], "printed\n");
                return File.ReadAllText(page);
            });

        text.ShouldBe(
            "```\none\n```\n```console\n…\n```\n```\ntwo\n```\n```console\n"
            + "192.0.2.216:2376   NEXT\n192.0.2.216  NEXT\n198.18.0.30  NEXT\nWrote /home/you/a.yaml.\n"
            + "```\n```\nthree\n```\n```console\nprinted\n```\nend\n");
    }

    private static async Task<T> OnPageAsync<T>(string text, Func<string, T> use)
    {
        var folder = Directory.CreateTempSubdirectory("drydock-page-").FullName;
        try
        {
            var path = Path.Combine(folder, "page.md");
            await File.WriteAllTextAsync(path, text, Token);
            return use(path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
