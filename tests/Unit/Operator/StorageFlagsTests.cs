using Drydock.Operator;
using Drydock.Tests.Unit.Install;

namespace Drydock.Tests.Unit.Operator;

public sealed class StorageFlagsTests
{
    [Theory]
    [InlineData("--storage-root=/a --storage-root=/b --storage-shared --storage-timeout=5 --scratch=/c")]
    [InlineData("")]
    [InlineData("--storage-root=/var/lib/drydock/snapshots --scratch=/var/lib/drydock/scratch")]
    public void Valid_storage_flags_are_accepted(string line) => Errors(line).ShouldBeEmpty();

    [Theory]
    [InlineData("--storage-root=/", "is not usable")]
    [InlineData("--storage-root=relative", "is not usable")]
    [InlineData("--storage-root=/a --storage-root=/a/b", "is inside")]
    [InlineData("--storage-root=/a --scratch=/a/scratch", "--scratch '/a/scratch' must be")]
    [InlineData("--storage-root=/a/b --scratch=/a", "--scratch '/a' must be")]
    [InlineData("--storage-timeout=4", "between 5 and 3600 seconds")]
    [InlineData("--storage-timeout=3601", "between 5 and 3600 seconds")]
    public void Invalid_storage_flags_are_refused_with_the_expectation(string line, string words) =>
        Errors(line).ShouldHaveSingleItem().ShouldContain(words);

    private static List<string> Errors(string line) =>
        [.. OperatorCommand.Create().Parse(line).Errors.Select(e => e.Message)];
}
