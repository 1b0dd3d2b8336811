using Drydock.Lab.Accidents;
using Drydock.Lab.Chaos.Databases;

namespace Drydock.Tests.Integration.Lab;

public sealed class AccidentPageTests
{
    [Fact]
    public void Every_accident_is_named_in_the_table_of_accidents()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "project", "reliability.md"));
        var table = page[page.IndexOf("\n## The accidents\n", StringComparison.Ordinal)..];

        AccidentCatalogue.All.Select(accident => accident.Id)
            .Concat(DatabaseAccidents.All.Select(accident => accident.Id))
            .Where(id => !table.Contains($"`{id}`", StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
