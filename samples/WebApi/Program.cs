// A compressed model behind HTTP: dotnet run --project samples/WebApi [-- --urls http://127.0.0.1:5080]
using WebApi;

string folder = Directory.CreateTempSubdirectory("WebApi").FullName;
string zip = Path.Combine(folder, "model.zip");
try
{
    ModelFile.Make(zip);
    await using WebApplication app = DigitService.Create(zip, args);
    await app.RunAsync();
}
finally
{
    Directory.Delete(folder, recursive: true);
}
