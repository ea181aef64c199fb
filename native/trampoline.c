// The library that ONNX Runtime loads. Its two exports jump to functions of the managed process,
// which stores them here first. It needs no C library.
#include <stddef.h>

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

typedef struct { const void *const *(*get_api)(unsigned version); } ApiBase;  // OrtApiBase
typedef void *CreateStatus(int code, const char *message);                    // slot 0 of OrtApi
typedef void *Create(const char *name, const ApiBase *base, const void *logger, void **factories, size_t max, size_t *count);
typedef void *Release(void *factory);

static Create *create;
static Release *release;

EXPORT void DeepCompressionSetEntryPoints(Create *new_create, Release *new_release) {
  create = new_create;
  release = new_release;
}

EXPORT void *CreateEpFactories(const char *name, const ApiBase *base, const void *logger, void **factories, size_t max, size_t *count) {
  if (create)
    return create(name, base, logger, factories, max, count);
  return ((CreateStatus *)base->get_api(1)[0])(1, "DeepCompression: register the provider with AppendDeepCompression(), not by the path of this library.");
}

EXPORT void *ReleaseEpFactory(void *factory) { return release ? release(factory) : NULL; }

#ifdef _WIN32
int DllMain(void *module, unsigned reason, void *reserved) { return (void)module, (void)reason, (void)reserved, 1; }
#endif
