namespace Drydock.Tests.Unit.Upgrades;

public sealed class SecretTextTests
{
    [Theory]
    [InlineData("p", "p")]
    [InlineData("p\n", "p")]
    [InlineData("p\r\n\n", "p")]
    [InlineData(" p \t", " p \t")]
    [InlineData("\np\nq\n", "\np\nq")]
    [InlineData("密码\n", "密码")]
    [InlineData(" ", " ")]
    [InlineData("\n", null)]
    [InlineData("", null)]
    public void Trailing_line_ends_of_a_secret_are_dropped(string value, string? text) =>
        SecretText.Of(Encoding.UTF8.GetBytes(value)).ShouldBe(text);

    [Fact]
    public void Missing_secret_or_key_has_no_text()
    {
        SecretText.Of(null, "password").ShouldBeNull();
        SecretText.Of(new Dictionary<string, byte[]>(StringComparer.Ordinal), "password").ShouldBeNull();
        SecretText.Of(
            new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["password"] = "p\n"u8.ToArray() }, "password")
            .ShouldBe("p");
    }
}
