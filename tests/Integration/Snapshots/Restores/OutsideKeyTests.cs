using Drydock.Reconcilers.Upgrades;

namespace Drydock.Tests.Integration.Snapshots.Restores;

/// <summary>Foreign keys from databases that a restore does not drop.</summary>
public sealed class OutsideKeyTests(MariaDbServer server)
{
    private const string Account = "drydock_keys";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Key_from_a_database_that_the_account_may_not_see_is_read_with_process(bool process)
    {
        await using var root = await MySqlSession.OpenAsync(server.Options(user: "root", password: ""), Token);
        await RunAsync(
            root,
            "CREATE DATABASE `keys-in`",
            "CREATE DATABASE `keys-out`",
            "CREATE TABLE `keys-in`.`in$` (id INT PRIMARY KEY)",
            "CREATE TABLE `keys-in`.`own` (id INT, CONSTRAINT own_key FOREIGN KEY (id) REFERENCES `keys-in`.`in$` "
            + "(id))",
            "CREATE TABLE `keys-out`.`out` (id INT, CONSTRAINT out_key FOREIGN KEY (id) REFERENCES `keys-in`.`in$` "
            + "(id))",
            $"CREATE USER '{Account}'@'%' IDENTIFIED BY 'canary-x'",
            $"GRANT ALL ON `keys-in`.* TO '{Account}'@'%'",
            process ? $"GRANT PROCESS ON *.* TO '{Account}'@'%'" : "DO 0");
        try
        {
            await using var session = await MySqlSession.OpenAsync(
                server.Options(user: Account, password: "canary-x"), Token);
            var keys = await ServerFacts.OutsideKeysAsync(session, ["keys-in"], Token);
            keys.Select(k => k.Text).ShouldBe(process ? ["keys-out.out (out_key) to keys-in.in$"] : []);

            (await ServerFacts.OutsideKeysAsync(root, ["keys-in"], Token)).Select(k => k.Text)
                .ShouldBe(["keys-out.out (out_key) to keys-in.in$"]);
        }
        finally
        {
            await RunAsync(root, "DROP DATABASE `keys-out`", "DROP DATABASE `keys-in`", $"DROP USER '{Account}'@'%'");
        }
    }

    private static async Task RunAsync(MySqlSession root, params string[] statements)
    {
        foreach (var statement in statements)
        {
            await MariaDbServer.ExecuteAsync(root, statement);
        }
    }
}
