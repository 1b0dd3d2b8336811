using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Databases.TiDb;

public sealed class DdlJobTests
{
    [Theory]
    [InlineData("running", "Let it end, or cancel it with `ADMIN CANCEL DDL JOBS 7`.")]
    [InlineData("cancelling", "It is being cancelled already: wait until it has ended.")]
    [InlineData("rollingback", "It is being cancelled already: wait until it has ended.")]
    public void Ddl_that_is_being_cancelled_is_only_waited_for(string state, string advice) =>
        DdlJob.Advice([new DdlJob("7", "orders", "t", "add index", state)]).ShouldBe(advice);
}
