namespace Drydock.Tests.Unit.Clients.Snapshots;

/// <summary>Events of a dump that is loaded for a test: disabled, and nothing else is changed, however it
/// arrives.</summary>
public sealed class DisabledEventsTests
{
    private const string Head = "DELIMITER ;;\n/*!50106 CREATE*/ /*!50117 DEFINER=`r``oot`@`%`*/ /*!50106 EVENT ";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(
        "`e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE ENABLE DO SELECT ' PRESERVE ENABLE '",
        "`e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE DISABLE DO SELECT ' PRESERVE ENABLE '")]
    [InlineData(
        "` PRESERVE ENABLE ``` ON SCHEDULE AT 'x' ON COMPLETION PRESERVE ENABLE COMMENT 'c' DO BEGIN\nSELECT 1;\nEND",
        "` PRESERVE ENABLE ``` ON SCHEDULE AT 'x' ON COMPLETION PRESERVE DISABLE COMMENT 'c' DO BEGIN\nSELECT 1;\nEND")]
    [InlineData(
        "`e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE DISABLE ON SLAVE DO SELECT ' PRESERVE ENABLE '",
        "`e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE DISABLE ON SLAVE DO SELECT ' PRESERVE ENABLE '")]
    public async Task Event_is_disabled_and_the_rest_passes_unchanged(string written, string expected)
    {
        const string Rows = "INSERT INTO `t` VALUES\n(1,' EVENT `x` PRESERVE ENABLE '),\n(2,'\\n/*!50106 CREATE');\n";
        var dump = $"{Rows}{Head}{written} */ ;;\n{Head}{written} */ ;;\nDELIMITER ;\n{Rows}/*!50106 SET TIME_ZONE= "
            + "@save_time_zone */ ;\n";
        foreach (var piece in (int[])[1, 2, 7, 16, 4096])
        {
            (await PassAsync(dump, piece)).ShouldBe(dump.Replace(written, expected, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("\n/*!50106 CREATE EVENT e ENABLE */ ;;\n")]
    [InlineData("\n/*!50106 CREATE*/ /*!50106 EVENT `e` ON COMPLETION PRESERVE SOMETIMES */ ;;")]
    [InlineData("\n/*!50106 CREATE*/ /*!50106 EVENT `e")]
    public async Task Event_in_another_form_is_refused(string dump)
    {
        foreach (var piece in (int[])[1, 4096])
        {
            (await Should.ThrowAsync<SnapshotException>(() => PassAsync(dump, piece))).Failure
                .ShouldBe(SnapshotFailure.InvalidRequest);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n/*!50106 CREAT")]
    [InlineData("a\n/*!50106 S\n\n/")]
    public async Task End_that_is_no_event_is_not_lost(string dump) => (await PassAsync(dump, 3)).ShouldBe(dump);

    private static async Task<string> PassAsync(string dump, int piece)
    {
        var passed = new MemoryStream();
        var events = new DisabledEvents((bytes, token) => passed.WriteAsync(bytes, token));
        foreach (var bytes in Encoding.UTF8.GetBytes(dump).Chunk(piece))
        {
            await events.WriteAsync(bytes, Token);
        }

        await events.FinishAsync(Token);
        return Encoding.UTF8.GetString(passed.ToArray());
    }
}
