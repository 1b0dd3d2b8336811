using Drydock.Lab.Accidents;
using Drydock.Lab.Chaos.Databases;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Lab;

public sealed class AccidentPageTests
{
    [Fact]
    public void Every_accident_has_a_row_on_its_page()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "explanation", "accidents.md"));

        // The three ways of pruning share a row.
        AccidentCatalogue.All.Select(accident => accident.Id).Concat(DatabaseAccidents.All.Select(accident => accident.Id)).Select(id => id.Replace("object-pruned", "", StringComparison.Ordinal))
            .Where(id => !page.Contains(id, StringComparison.Ordinal)).ShouldBeEmpty();
    }
}
